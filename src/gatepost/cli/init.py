"""`gatepost init`: a configuration to start from, short enough to be read whole."""

import contextlib
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from gatepost.adapters.backend.settings import host_port
from gatepost.cli.first_config import Answers, first_config
from gatepost.cli.terminal import USAGE, fail, say, say_json
from gatepost.config.load import parse
from gatepost.config.profiles import NAMES
from gatepost.config.settings import domain_key
from gatepost.gateway.settings import endpoint, hostname

FILE = "gatepost.toml"
MODE = 0o640  # the gateway's group may read it; it holds no secrets, but says where they are
DIRECTORY_MODE = 0o750


def command(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where gatepost.toml is written.")] = Path(),
    profile: Annotated[str, typer.Option(help=f"One of {', '.join(NAMES)}.")] = "",
    host: Annotated[str, typer.Option("--hostname", help="The gateway's own name, as in its MX record.")] = "",
    domain: Annotated[list[str] | None, typer.Option(help="A domain whose mail is taken; may be repeated.")] = None,
    backend: Annotated[str, typer.Option(help="The mail server behind the gateway, as host:port.")] = "",
    bind: Annotated[list[str] | None, typer.Option(help="Address and port to listen on; may be repeated.")] = None,
    recipients: Annotated[Path | None, typer.Option(help="File with a recipient a line, instead of asking the backend.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Directory for spool, quarantine and journal.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: defaults for what is not given.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs; asks nothing.")] = False,
) -> None:
    """Write a commented gatepost.toml to start from.

    Asks for what is not given as an option: profile, host name, domain and backend.
    """
    file = directory / FILE
    if file.exists() and not force:
        fail(f"{file} is there already; --force replaces it")
    ask = Asking(may_ask=not (yes or json) and sys.stdin.isatty())
    name = ask("--hostname", "Host name of this gateway", host, hostname, guess=own_name())
    answers = Answers(
        profile=ask("--profile", f"Profile ({', '.join(NAMES)})", profile, profile_name, guess="recommended"),
        hostname=name,
        domains=tuple(ask("--domain", "Domain whose mail it takes", d, domain_key, guess=parent(name)) for d in domain or [""]),
        backend=ask("--backend", "Mail server behind it (host:port)", backend, lambda v: str(host_port(v))),
        binds=tuple(ask("--bind", "", b, lambda v: str(endpoint(v))) for b in bind or ["0.0.0.0:25", "[::]:25"]),  # noqa: S104
        recipients=str(recipients.absolute()) if recipients else "",
        data_dir=str((data_dir or default_data_dir(directory)).absolute()),
        user="gatepost" if os.geteuid() == 0 else "",
    )
    text = first_config(answers)
    parse(text, str(file))
    write(file, text)
    if json:
        say_json({"file": str(file), "profile": answers.profile, "domains": list(answers.domains)})
        return
    say(f"Wrote {file}.")
    say(f"Next: read it, then   gatepost check -c {file}   and   gatepost run -c {file}")


class Asking:
    """Gives the option, else asks where that is possible, else takes the guess.

    Args:
        may_ask: somebody sits at the terminal.
    """

    def __init__(self, *, may_ask: bool) -> None:
        self.may_ask = may_ask

    def __call__(self, option, question, given, valid, guess=""):
        ...
