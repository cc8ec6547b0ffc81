"""`gatepost demo`: the gateway at work on loopback, with a mail server behind it and all sorts of clients."""

import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from msgspec import structs

from gatepost.app.records import open_records
from gatepost.cli.demo_attachments import ATTACHMENTS
from gatepost.cli.demo_client import HOST, Client
from gatepost.cli.demo_house import DemoFailed, House
from gatepost.cli.demo_mail import KNOWN, Scenario
from gatepost.cli.demo_mail import SCENARIOS as SESSIONS
from gatepost.cli.demo_table import Result, as_json, headers, news, table
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import FAILED, OK, fail, say, say_json, styled, tell
from gatepost.cli.trace_view import WIDTH
from gatepost.cli.track import newer
from gatepost.config.load import load
from gatepost.model.trace import Trace
from gatepost.ports.journal import Records, Search
from gatepost.ports.unavailable import Unavailable

FIRST_CLIENT = 10  # last octet of the first scenario's address
RECORDED_WITHIN = 10.0  # seconds
POLL = 0.5  # seconds between looks at what the user tries
SCENARIOS = (*SESSIONS, *ATTACHMENTS)
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Once = Annotated[bool, typer.Option("--once", help="End after it: 0 if everything ended as expected, 1 if not.")]
Port = Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="Where the gateway listens; 0 = 2525 if free.")]


def command(once: Once = False, port: Port = 0, json: JsonFlag = False) -> None:
    """Show the gateway at work, on this machine alone.

    Starts a gateway and a mail server behind it on 127.0.0.1, sends good mail and attacks through it, shows what
    became of them and why, and stays up for you to try until Ctrl-C. Changes nothing, and leaves nothing behind.
    """
    with orderly_end():
        try:
            with House(port) as house:
                is_well = shown_all(house, json=json)
                if not once:
                    stay(house, json=json)
        except DemoFailed as error:
            fail(str(error))
    raise typer.Exit(OK if is_well or not once else FAILED)


@contextmanager
def orderly_end() -> Iterator[None]:
    """SIGTERM and a closed terminal end the demo as Ctrl-C does; nothing disturbs the cleaning up."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        for ending in ENDING:
            signal.signal(ending, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def shown_all(house: House, *, json: bool) -> bool:
    """Play and show everything; whether all of it ended as it should."""
    if not json:
        say(f"Gateway on {HOST}:{house.port}, mail server behind it on {house.server.mailbox.where}.")
        say(f"Configuration: {house.file}\n")
    results = played_all(house)
    wrong = [str(result.number) for result in results if not result.is_as_expected]
    if json:
        say_json(
            {
                "gateway": f"{HOST}:{house.port}",
                "configuration": str(house.file),
                "as_expected": not wrong,
                "results": [as_json(result) for result in results],
            }
        )
    else:
        for line in (*table(results), *headers(results)):
            say(line)
        outcome = f"Not as expected: {', '.join(wrong)}." if wrong else f"All {len(results)} ended as expected."
        say(f"\n{styled(outcome, 'red' if wrong else 'green', 'bold')}")
    sys.stdout.flush()
    return not wrong


# ── playing ──────────────────────────────────────────────────────────────────
def played_all(house: House) -> list[Result]:
    """Each scenario by a client with an address of its own, and what the gateway has recorded of it."""
    played = []
    for number, scenario in enumerate(SCENARIOS, 1):
        progress(f"{number} of {len(SCENARIOS)}: {scenario.title}")
        played.append(play(house, number, scenario))
    progress("")
    records = open_records(load(house.file))
    end = time.monotonic() + RECORDED_WITHIN
    return [with_record(result, records, end) for result in played]


def play(house: House, number: int, scenario: Scenario) -> Result:
    client = f"127.0.0.{FIRST_CLIENT + number}"
    before = len(house.server.mailbox.received)
    try:
        with Client(house.port, client, greeted=scenario.is_greeted) as connection:
            reply = scenario.play(connection)
    except OSError as error:
        raise DemoFailed(f"no connection from {client} to the gateway: {error}\n{house.last_words()}") from None
    received = tuple(message.octets for message in house.server.mailbox.received[before:])
    return Result(number=number, scenario=scenario, client=client, reply=reply, received=received)


def with_record(result: Result, records: Records, end: float) -> Result:
    """The gateway hands its record over before it answers; the journal needs a moment to write it."""
    trace: Trace | None = None
    while trace is None and time.monotonic() < end:
        try:
            trace = next(iter(records.find(Search(client=result.client))), None)
        except Unavailable:
            trace = None
        if trace is None:
            time.sleep(0.05)
    return structs.replace(result, trace=trace)


def progress(text: str) -> None:
    """On a terminal, a line that is written over by the next."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text[: WIDTH - 1]}")
        sys.stderr.flush()


# ── staying up ───────────────────────────────────────────────────────────────
def stay(house: House, *, json: bool) -> None:
    """Until Ctrl-C; what the user tries is shown as it is recorded."""
    if not json:
        say(advice(house))
        sys.stdout.flush()
    try:
        watch(house, json=json)
    except KeyboardInterrupt:
        tell("\nEnded; nothing is left behind.")


def watch(house: House, *, json: bool) -> None:
    records = open_records(load(house.file))
    search = Search(since=time.time(), limit=1000)
    seen = ""
    while house.is_up():
        time.sleep(POLL)
        new = newer(records, search, seen)
        if not json:
            for trace in new:
                say("\n".join(news(trace)))
            sys.stdout.flush()
        seen = new[-1].id if new else seen
    raise DemoFailed(f"the gateway has ended:\n{house.last_words()}")


def advice(house: House) -> str:
    """How to go on by hand; every command can be copied as it stands."""
    program = own_name()
    parts = (
        ("Send something yourself, from another terminal:", (
            f"swaks --server {HOST}:{house.port} --from you@elsewhere.test --to {KNOWN[1]}",
            f"swaks --server {HOST}:{house.port} --from you@elsewhere.test --to no@{KNOWN[1].partition('@')[2]}",
            f"telnet {HOST} {house.port}",
            f"openssl s_client -quiet -crlf -starttls smtp -connect {HOST}:{house.port}",
        )),
        ("See what became of it, and why (an id, or its first part, is enough):", (
            f"{program} track -c {house.file}",
            f"{program} explain ID -c {house.file}",
            f"{program} test MESSAGE.eml -c {house.file}",
        )),
        ("Look behind the gateway:", (f"ls {house.mail}", f"cat {house.log}")),
    )  # fmt: skip
    text = "".join(f"\n{title}\n" + "".join(f"  {line}\n" for line in lines) for title, lines in parts)
    return f"{text}\nRecipients: {', '.join(KNOWN)}. Ctrl-C ends it.\n"


def own_name() -> str:
    """As it was called, so that it can be called again."""
    called = Path(sys.argv[0])
    return shlex.quote(sys.argv[0]) if called.name == "gatepost" and called.exists() else "gatepost"
