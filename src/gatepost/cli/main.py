"""The program `gatepost`: which commands are there, and with which exit code does it end?

0 is well, 1 is refused or failed, 2 is wrong usage. A command's module is imported when the command is called
(`gatepost.cli.<name>`, its function `command`), so that `gatepost --help` is quick.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from gatepost.cli.terminal import FAILED, OK, tell

COMMANDS = (
    ("init", "Write a configuration to start from."),
    ("check", "Look for mistakes and risks in a configuration."),
    ("run", "Run the gateway in the foreground."),
    ("demo", "Show the gateway at work, on this machine alone."),
    ("test", "Put one message through checks and policy."),
    ("track", "Search the transactions, newest first."),
    ("explain", "Why a message got its verdict."),
    ("quarantine", "Messages that are held: list, look into, release and delete them."),
    ("learn", "Teach the spam filter, and see what it has learned."),
    ("top", "Watch sessions and verdicts live."),
    ("coverage", "The twelve issues of a mail gateway against a configuration."),
    ("dns", "Show which records a domain should publish, and check those it does."),
    ("dmarc", "DMARC aggregate reports: those you send, those you get."),
)
"""Name and first line of help of every command, in the order of `--help`."""

HIDDEN = ("auth-adapter",)  # for test suites, not for operators

HELP = """A hardened SMTP gateway: it stands in front of a mail server and lets through only what that should see.

Start with `gatepost init`, then `gatepost check`, then `gatepost run`."""

INTERRUPTED = 130  # what shells make of SIGINT


class LaterCommand(TyperCommand):
    """Stands for a command whose module is not yet imported; becomes it when it is called or completed."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # Any: typer keeps these types to itself
        return real_command(self.name or "").make_context(*args, **kwargs)


def real_command(name: str) -> Any:
    """The command of `gatepost.cli.<name>`: a function, or a `typer.Typer` with commands of its own."""
    command = import_module(f"gatepost.cli.{name.replace('-', '_')}").command
    if isinstance(command, typer.Typer):
        return typer.main.get_command(command)
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    single.command(name)(command)
    return typer.main.get_command(single)


def say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gatepost {version('gatepost')}")
        raise typer.Exit


def top(
    _: Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""


def program() -> Any:
    """The group of all commands, with shell completion."""
    app = typer.Typer(
        name="gatepost", help=HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    app.callback()(top)
    group = typer.main.get_command(app)
    if isinstance(group, TyperGroup):
        for name, summary in COMMANDS:
            group.add_command(LaterCommand(name, help=summary, callback=None, rich_markup_mode=None), name)
        for name in HIDDEN:
            group.add_command(LaterCommand(name, hidden=True, callback=None, rich_markup_mode=None), name)
    return group


def run(arguments: Sequence[str]) -> int:
    """The exit code. What no operator can mend is a bug and keeps its traceback."""
    try:
        code = program().main(list(arguments), prog_name="gatepost", standalone_mode=False)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        tell("gatepost: ended by you")
        return INTERRUPTED
    except Exception as error:
        return shown(error)
    return code if isinstance(code, int) else OK


def shown(error: Exception) -> int:
    """What an operator can mend is said in words; anything else is raised again."""
    show = getattr(error, "show", None)
    if show is not None:  # wrong usage: typer's own errors know how to say it
        show()
        return int(getattr(error, "exit_code", FAILED))
    if type(error).__name__ == "ConfigError":  # by name: its module costs 200 ms
        from gatepost.cli.problems import as_text, summary

        problems = getattr(error, "problems", ())
        tell(as_text(problems, sys.stderr))
        tell(f"gatepost: the configuration cannot be used: {summary(problems)}")
        return FAILED
    raise error


def main() -> None:
    """The entry point."""
    sys.exit(run(sys.argv[1:]))
