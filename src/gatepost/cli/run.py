"""`gatepost run`: the gateway in the foreground, until SIGTERM."""

from typing import Annotated

import typer

from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.terminal import FAILED, OK, printable, tell
from gatepost.config.load import load
from gatepost.supervise.main import run
from gatepost.supervise.program import program

Workers = Annotated[
    int | None, typer.Option(min=1, max=1024, metavar="N", help="Worker processes, whatever the configuration says.")
]
CheckOnly = Annotated[
    bool,
    typer.Option("--check-only", help="Load and test the configuration as a start would, then end: opens no port."),
]


def command(config: ConfigFile = DEFAULT_CONFIG, workers: Workers = None, check_only: CheckOnly = False) -> None:
    """Run the gateway in the foreground.

    Logs to standard error. SIGTERM lets open sessions finish and ends, SIGHUP takes a changed configuration
    into use, SIGUSR1 opens the log files anew.
    """
    settings = load(config)
    if not check_only:
        raise typer.Exit(run(program(), config, settings, workers=workers))
    problems = program().self_test(settings)
    for problem in problems:
        tell(f"gatepost: {printable(problem)}")
    raise typer.Exit(FAILED if problems else OK)
