"""`gatepost run`: from the configuration file to the exit code."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gatepost.supervise import log
from gatepost.supervise.activation import activated
from gatepost.supervise.contract import App, Plan, S, StartError
from gatepost.supervise.notify import notifier
from gatepost.supervise.signals import Heed
from gatepost.supervise.start import Starting, station
from gatepost.supervise.supervisor import Supervisor


def run(app: App[S], path: Path, settings: S, *, workers: int | None = None) -> int:
    """Blocks until the gateway has ended; 0 after SIGTERM, 1 if it did not come up.

    Args:
        path: the configuration, read again at each reload; `settings` are those of now.
        workers: how many, whatever the configuration says, now and later.
    """
    os.umask(0o077)
    try:
        app = with_workers(app, workers)
        plan = app.plan(settings)
        log.set_up(plan.level)
        heed, tell = Heed(), notifier()
        ours = {heed.ear, heed.mouth} | ({tell.line} if tell.line else set())
        built = station(app, path, settings, plan, activated(), ours)
        supervisor = Supervisor(built, Starting(built, settings, time.monotonic()), tell, heed)
    except (StartError, OSError) as error:
        return failed([str(error)])
    code = supervisor.run()
    return failed([supervisor.failure]) if supervisor.failure else code


def with_workers(app: App[S], workers: int | None) -> App[S]:
    """What the command line says holds for every configuration that is read later, too."""
    if workers is None:
        return app
    return msgspec.structs.replace(app, plan=lambda settings: replaced(app.plan(settings), workers))


def replaced(plan: Plan, workers: int) -> Plan:
    return msgspec.structs.replace(plan, workers=workers)


def failed(problems: Sequence[str]) -> int:
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return 1
