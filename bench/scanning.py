"""Gatepost beside the usual stack, Postfix with rspamd and clamd, both looking into every message.

    .venv/bin/python -m bench.scanning [--shapes a,m,m5] [--runs 3] [--seconds 5] [--untaught]

Both ask the same name server about the sender, who passes SPF, DKIM and DMARC, and the same build of clamd with a
database of a few signatures; runs alternate. Postfix has its queue, with rspamd as a milter, as most have it; rspamd
has all that Debian switches on but for what asks the network at large. Its Bayes has been taught some hundred letters,
as the filter of Gatepost comes with a model; with `--untaught` it has not, and has no opinion. Compared is the CPU of
all processes of each per 1,000 messages, clamd, Redis and the gateway's sandbox among them. Needs root.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.letter import SELECTOR, key_record, lesson, letter
from bench.load import SENDER_DOMAIN, SHAPES, Shape, Sink
from bench.peers import CORES, NAMES, RECIPIENTS, GatewayPeer, Peer, rates, table
from tests.servers.clamd import Clamd
from tests.servers.gateway import Settings, laid_over, with_names
from tests.servers.loopback import HOST
from tests.servers.names import NameServer
from tests.servers.postfix import Postfix
from tests.servers.rspamd import Rspamd

RECORDS = NAMES | {f"{SELECTOR}._domainkey.{SENDER_DOMAIN}": {"TXT": [key_record()]}}
FIVE_MIB = 5 * 1024 * 1024
LESSONS = 250  # of each kind; rspamd asks for 200


class Looking(GatewayPeer):
    """The gateway with every check that is on by default, and clamd."""

    name = "gatepost"
    clamd: Clamd

    def beside(self) -> list[int]:
        assert self.clamd.process is not None
        return [self.clamd.process.pid]

    def parts(self) -> dict[int, str]:
        return super().parts() | {pid: "clamd" for pid in self.beside()}


class Stack(Postfix):
    """Postfix with its queue, rspamd as a milter, clamd behind rspamd."""

    name = "stack"

    def __init__(self, to: int, rspamd: Rspamd, clamd: Clamd) -> None:
        self.rspamd, self.clamd = rspamd, clamd
        parameters = {
            "relay_domains": "example.test",
            "relay_transport": f"relay:[{HOST}]:{to}",
            "relay_recipient_maps": f"inline:{{{','.join(f'{{{name}=ok}}' for name in RECIPIENTS[:100])}}}",
            "smtpd_relay_restrictions": "reject_unauth_destination",
            "smtpd_milters": f"inet:{HOST}:{rspamd.milter}",
            "milter_default_action": "tempfail",
            "default_process_limit": "200",
            "smtpd_tls_security_level": "none",
        }
        super().__init__(parameters, processes=200)

    def root(self) -> int:
        pid = self.pid()
        if pid is None:
            raise RuntimeError(f"Postfix has ended: {self.log()[-2000:]}")
        return pid

    def beside(self) -> list[int]:
        assert self.clamd.process is not None
        return [*self.rspamd.pids, self.clamd.process.pid]

    def parts(self) -> dict[int, str]:
        assert self.clamd.process is not None
        return {self.clamd.process.pid: "clamd"}


def looking(names: int, clamd: Clamd) -> Settings:
    content = {"checks": {"mime": {"enabled": True}, "antivirus": {"engines": ["clamav"]}}}
    engines = {"engines": {"clamav": {"type": "clamd", "address": clamd.unix}}}
    return laid_over(with_names(names), laid_over(content, engines))


@contextmanager
def running(clamd: Clamd) -> Iterator[Clamd]:
    try:
        yield clamd.start()
    finally:
        clamd.discard()


def teach(rspamd: Rspamd) -> None:
    """So much that its Bayes has an opinion."""
    for number in range(LESSONS):
        for is_spam in (False, True):
            rspamd.learn(lesson(number, is_spam=is_spam), is_spam=is_spam)


@contextmanager
def peers(sink: Sink, *, is_taught: bool) -> Iterator[list[Peer]]:
    with (
        NameServer(RECORDS) as names,
        running(Clamd()) as ours,
        running(Clamd()) as theirs,
        Rspamd(names=names.port, clamd=theirs.where, workers=CORES) as rspamd,
    ):
        if is_taught:
            teach(rspamd)
        stack = Stack(sink.port, rspamd, theirs)
        settings = looking(names.port, ours)
        gateway = Looking(backend=sink.port, recipients=RECIPIENTS, workers=CORES, settings=settings)
        gateway.clamd = ours
        try:
            stack.start()
            with gateway:
                yield [gateway, stack]
        finally:
            stack.stop()


def shapes(directory: Path) -> dict[str, Shape]:
    """Of `bench.peers`, and letters of 51 KiB and 7 MiB."""
    found = dict(SHAPES)
    for name, octets, says, probe in (
        ("m", letter(), "51 KiB signed letter with a PDF, 50 at once", 100),
        ("m5", letter(FIVE_MIB), "7 MiB signed letter with a PDF of 5 MiB, 10 at once", 10),
    ):
        file = directory / name
        file.write_bytes(octets.replace(b"\r\n", b"\n"))
        found[name] = Shape(says, ("-s", "50" if name == "m" else "10", "-F", str(file)), probe)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", default="a,m", help="of a, b, c, m, m5 (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="kept runs of each shape")
    parser.add_argument("--seconds", type=float, default=5.0, help="aimed length of a run")
    parser.add_argument("--untaught", action="store_true", help="leave rspamd's Bayes empty")
    parser.add_argument("--output", type=Path, default=Path("bench/results/scanning.json"), help="where the JSON goes")
    options = parser.parse_args()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    written: dict[str, Any] = {"when": time.strftime("%F %T"), "kernel": os.uname().release, "results": []}
    try:
        with (
            tempfile.TemporaryDirectory() as place,
            Sink() as sink,
            peers(sink, is_taught=not options.untaught) as both,
        ):
            kinds = shapes(Path(place))
            for name in options.shapes.split(","):
                result = rates(both, name, kinds[name], sink, options.runs, options.seconds)
                print("\n".join(table(result)), flush=True)
                written["results"].append(result)
                options.output.write_text(json.dumps(written, indent=1))
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        sys.exit(f"bench: {missing.msg}")


if __name__ == "__main__":
    main()
