"""`gatepost init`: a configuration to start from, short enough to be read whole."""

import contextlib
import os
import pwd
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gatepost.cli.first_config import Answers, first_config
from gatepost.cli.options import Json
from gatepost.cli.terminal import fail, printable, say, say_json, tell
from gatepost.config.load import parse
from gatepost.config.profiles import DEFAULT, NAMES
from gatepost.config.settings import backend_host, domain_key
from gatepost.gateway.settings import endpoint, hostname

FILE = "gatepost.toml"
MODE = 0o640  # group: the gateway's user; it holds no secrets, but says where they are
SERVICE_USER = "gatepost"
EVERYWHERE = ("0.0.0.0:25", "[::]:25")

Valid = Callable[[str], str]

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Where gatepost.toml is written.")]
Profile = Annotated[str, typer.Option(metavar="NAME", help=f"{', '.join(NAMES)}.")]
Hostname = Annotated[str, typer.Option("--hostname", metavar="NAME", help="The gateway's name in its MX record.")]
Domains = Annotated[list[str] | None, typer.Option(metavar="DOMAIN", help="Whose mail it takes; may be repeated.")]
Backend = Annotated[str, typer.Option(metavar="HOST:PORT", help="The mail server behind it.")]
Binds = Annotated[list[str] | None, typer.Option(metavar="ADDRESS:PORT", help="Where it listens; may be repeated.")]
Recipients = Annotated[
    Path | None, typer.Option(metavar="FILE", help="List of recipients; default: ask the mail server.")
]
DataDir = Annotated[Path | None, typer.Option(metavar="DIR", help="For spool, quarantine and journal.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; guess what is not given.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def command(
    directory: Directory = Path(),
    profile: Profile = "",
    host: Hostname = "",
    domain: Domains = None,
    backend: Backend = "",
    bind: Binds = None,
    recipients: Recipients = None,
    data_dir: DataDir = None,
    yes: Yes = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a configuration to start from.

    Asks on a terminal for what is not given as an option.
    """
    file = directory / FILE
    if file.exists() and not force:
        fail(f"{file} is there already; --force replaces it")
    ask = Questions(may_ask=not (yes or json) and sys.stdin.isatty(), may_guess=yes)
    name = ask("--hostname", "Host name of this gateway", host, hostname, own_name())
    answers = Answers(
        hostname=name,
        domains=ask.several("--domain", "Domain whose mail it takes", domain, domain_key, parent(name)),
        backend=ask("--backend", "Mail server behind it, as host:port", backend, backend_host),
        profile=ask("--profile", f"Profile ({', '.join(NAMES)})", profile, profile_name, DEFAULT, certain=True),
        binds=ask.several("--bind", "", bind or list(EVERYWHERE), bind_address),
        recipients=str(recipients.absolute()) if recipients else "",
        data_dir=str((data_dir or default_data_dir(directory)).absolute()),
        user=SERVICE_USER if has_service_user() else "",
    )
    ask.end()
    text = first_config(answers)
    parse(text, str(file))  # raises ConfigError, which names line and key
    write(file, text)
    if json:
        say_json({"file": str(file), "profile": answers.profile, "domains": list(answers.domains)})
    else:
        say(f"Wrote {file}. Next: read it, then `gatepost check -c {file}` and `gatepost run -c {file}`.")


class Questions:
    """Takes the option, else asks, else guesses; what stays open is told all at once by `end`.

    Args:
        may_ask: somebody sits at the terminal.
        may_guess: guesses are good enough without asking.
    """

    def __init__(self, *, may_ask: bool, may_guess: bool) -> None:
        self.may_ask = may_ask
        self.may_guess = may_guess
        self.wrong: list[str] = []

    def __call__(
        self, option: str, question: str, given: str, valid: Valid, guess: str = "", *, certain: bool = False
    ) -> str:
        if given:
            return self.checked(option, given, valid)
        if self.may_ask and question:
            return asked(question, valid, guess)
        if guess and (self.may_guess or certain):
            return guess
        self.wrong.append(f"{option} is missing")
        return ""

    def several(
        self, option: str, question: str, given: list[str] | None, valid: Valid, guess: str = ""
    ) -> tuple[str, ...]:
        return tuple(self(option, question, value, valid, guess) for value in given or [""])

    def checked(self, option: str, given: str, valid: Valid) -> str:
        try:
            return valid(given)
        except ValueError as error:
            self.wrong.append(f"{option}: {error}")
            return ""

    def end(self) -> None:
        """Raises wrong usage if anything is missing or wrong."""
        if self.wrong:
            raise typer.BadParameter("; ".join(map(printable, self.wrong)))


def asked(question: str, valid: Valid, guess: str) -> str:
    """Ask until the answer is right."""
    while True:
        answer = str(typer.prompt(question, default=guess or None)).strip()
        try:
            return valid(answer)
        except ValueError as error:
            tell(printable(str(error)))


def profile_name(value: str) -> str:
    if value not in NAMES:
        raise ValueError(f'"{value}" is no profile: write {", ".join(NAMES[:-1])} or {NAMES[-1]}')
    return value


def bind_address(value: str) -> str:
    return str(endpoint(value))


def own_name() -> str:
    """This machine's fully qualified name; "" if it has none."""
    with contextlib.suppress(ValueError):
        name = hostname(socket.getfqdn())
        return "" if name.endswith((".arpa", ".localdomain")) else name
    return ""


def parent(name: str) -> str:
    """`example.com` for `mx1.example.com`."""
    above = name.partition(".")[2]
    return above if "." in above else name


def default_data_dir(directory: Path) -> Path:
    return Path("/var/lib/gatepost") if os.geteuid() == 0 else directory / "data"


def has_service_user() -> bool:
    """Started by root on a machine where the gateway's own user exists."""
    with contextlib.suppress(KeyError):
        return os.geteuid() == 0 and bool(pwd.getpwnam(SERVICE_USER))
    return False


def write(file: Path, text: str) -> None:
    """Whole or not at all, readable by its owner and the gateway's group."""
    new = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w", encoding="utf-8") as opened:
            os.fchmod(opened.fileno(), MODE)
            opened.write(text)
        if has_service_user():
            shutil.chown(new, group=SERVICE_USER)
        new.replace(file)
    except OSError as error:
        fail(f"{error.filename or file} cannot be written: {error.strerror}")
