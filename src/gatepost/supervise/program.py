"""What does the supervisor run? The gateway: `App` filled from `gatepost.app`."""

import os
from pathlib import Path

from gatepost.app.alarms import tell
from gatepost.app.self_test import self_test
from gatepost.app.services import services
from gatepost.app.shared import journal_line, shared_memory
from gatepost.app.worker import run_worker
from gatepost.config.load import load
from gatepost.config.problems import ConfigError
from gatepost.config.settings import Settings
from gatepost.supervise.contract import App, Endpoint, Plan, StartError


def program() -> App[Settings]:
    """The gateway."""
    return App(
        load=loaded, plan=plan_of, shared_memory=shared_memory, journal_line=journal_line, services=services,
        run_worker=run_worker, self_test=self_test, tell=tell,
    )  # fmt: skip


def loaded(path: Path) -> Settings:
    try:
        return load(path)
    except ConfigError as error:
        raise StartError(str(error)) from error


def plan_of(settings: Settings) -> Plan:
    gateway = settings.gateway
    listeners = {
        name: tuple(Endpoint(bind.host, bind.port) for bind in listener.bind)
        for name, listener in settings.listeners.items()
    }
    return Plan(
        workers=gateway.workers or len(os.sched_getaffinity(0)), data_dir=gateway.data_dir, listeners=listeners,
        user=gateway.user, level=settings.log.level, drain=gateway.drain, watchdog=gateway.watchdog,
        patience=gateway.alarms.interval,
    )  # fmt: skip
