"""Gatepost beside Postfix's own before-queue proxy, in one run: `make bench`, or `python -m bench.peers --help`.

Both take mail for the same 10,001 recipients and pass it to the same smtp-sink; runs alternate. Compared is the CPU
of *all* processes of each per 1,000 messages: the rate depends on load, sink and machine too. Gatepost runs with its
journal, JSON log and checks on; as `senders` also with those that ask the DNS, about a sender that passes SPF and
DMARC. Held connections are measured for Gatepost alone: 200 silent clients are all that Postfix's proxy has processes
for. Needs root.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from bench.latency import latency
from bench.load import CLIENT, RECIPIENT, SENDER_DOMAIN, SHAPES, Shape, Sink, send
from bench.processes import cpu, cpu_by_process, machine_cpu, resident, tree
from tests.servers.certificates import Authority
from tests.servers.gateway import Gateway, Settings, with_names
from tests.servers.loopback import HOST
from tests.servers.names import NameServer
from tests.servers.postfix import ProxyPostfix

RECIPIENTS = [RECIPIENT, *(f"user{number}@example.test" for number in range(10_000))]
NAMES: dict[str, dict[str, object]] = {
    SENDER_DOMAIN: {"TXT": [f"v=spf1 ip4:{HOST} -all"], "MX": [(10, CLIENT)]},
    f"_dmarc.{SENDER_DOMAIN}": {"TXT": ["v=DMARC1; p=reject"]},
    CLIENT: {"A": [HOST]},
    "1.0.0.127.in-addr.arpa": {"PTR": [CLIENT]},
}
CORES = os.cpu_count() or 1
NOISE = 0.12  # share of the machine that something else took: the run is made again
AGAIN = 3
HELD = {"d": "banner", "e": "ehlo", "t": "tarpit", "s": "starttls"}
"""First letter of a shape of held connections, its number follows: before EHLO, after it, in the tar pit, encrypted."""


class Peer(Protocol):
    """A server to compare."""

    name: str
    port: int

    def root(self) -> int:
        """Process id that all its processes descend from."""

    def parts(self) -> dict[int, str]:
        """Names of processes worth telling apart, by id."""

    def beside(self) -> list[int]:
        """Process ids of programs that work for it and are not below it."""


class PostfixPeer(ProxyPostfix):
    name = "postfix"

    def root(self) -> int:
        pid = self.pid()
        if pid is None:
            raise RuntimeError(f"Postfix has ended: {self.log()[-2000:]}")
        return pid

    def parts(self) -> dict[int, str]:
        return {}

    def beside(self) -> list[int]:
        return []


class GatewayPeer(Gateway):
    name = "gatepost"

    def root(self) -> int:
        assert self.process is not None
        return self.process.pid

    def parts(self) -> dict[int, str]:
        started = self.records(event="process started")
        return {self.root(): "supervisor"} | {record["id"]: record["process"] for record in started}

    def beside(self) -> list[int]:
        return []


class SendersPeer(GatewayPeer):
    name = "senders"


@contextmanager
def postfix(sink: Sink) -> Iterator[PostfixPeer]:
    peer = PostfixPeer(to=sink.port, recipients=RECIPIENTS)
    try:
        peer.start()
        yield peer
    finally:
        peer.stop()


def gatepost(sink: Sink, workers: int, settings: Settings | None = None) -> GatewayPeer:
    return GatewayPeer(backend=sink.port, recipients=RECIPIENTS, workers=workers, settings=settings)


@contextmanager
def senders(sink: Sink, workers: int) -> Iterator[SendersPeer]:
    with NameServer(NAMES) as names:
        settings = with_names(names.port)
        with SendersPeer(backend=sink.port, recipients=RECIPIENTS, workers=workers, settings=settings) as peer:
            yield peer


def measure(peer: Peer, shape: Shape, messages: int, sink: Sink) -> dict[str, Any]:
    """One run."""
    before = (sink.cpu(), machine_cpu(), time.perf_counter())
    used = cpu_of(peer)
    sent = send(peer.port, shape, messages, sink)
    after = cpu_of(peer)
    behind, machine, seconds = (
        now - start for now, start in zip((sink.cpu(), machine_cpu(), time.perf_counter()), before, strict=True)
    )
    own = sum(after.values()) - sum(used.values())
    return {
        "messages": messages,
        "rate": messages / sent.seconds,
        "cpu": own * 1000 / messages,
        "parts": {name: (after.get(pid, 0) - used.get(pid, 0)) * 1000 / messages for pid, name in peer.parts().items()},
        "tools_cpu": (behind + sent.cpu) * 1000 / messages,
        "other": max(0.0, machine - own - behind - sent.cpu) / seconds / CORES,
    }


def cpu_of(peer: Peer) -> dict[int, float]:
    """Seconds used so far by each process that works for it."""
    used = {}
    for root in (peer.root(), *peer.beside()):
        used |= cpu_by_process(root)
    return used


def rates(peers: Sequence[Peer], name: str, shape: Shape, sink: Sink, runs: int, seconds: float) -> dict[str, Any]:
    """Alternating runs of one shape; noisy ones are made again, a few times."""
    messages: dict[str, int] = {}
    kept: dict[str, list[dict[str, Any]]] = {peer.name: [] for peer in peers}
    discarded = {peer.name: 0 for peer in peers}
    for peer in peers:
        measure(peer, shape, shape.probe, sink)
        messages[peer.name] = max(shape.probe, int(measure(peer, shape, shape.probe, sink)["rate"] * seconds))
    while min(len(of_peer) for of_peer in kept.values()) < runs:
        for peer in peers:
            if len(kept[peer.name]) == runs:
                continue
            run = measure(peer, shape, messages[peer.name], sink)
            if run["other"] > NOISE and discarded[peer.name] < AGAIN:
                discarded[peer.name] += 1
            else:
                kept[peer.name].append(run)
    return {"shape": name, "says": shape.says, "runs": kept, "discarded": discarded}


def holding(count: int, certificate: Any) -> Settings:
    """What the gateway needs to hold that many: limits above them, a tar pit longer than the measurement."""
    inbound: dict[str, Any] = {
        "limits": {"connections": count + 1000, "tarpitted": count + 1000, "connections_per_client": count + 1000},
        "tarpit": {"delay": "600s", "maximum": "600s"},
        "tls": {"certificates": [{"certificate": str(certificate.chain), "key": str(certificate.key)}]},
    }
    inbound["limits"] |= {"idle": "15m", "session": "30m"}
    return {"listeners": {"inbound": inbound}, "checks": {"harvest": {"enabled": False}}}


def held(name: str, sink: Sink, workers: int, authority: Authority) -> dict[str, Any]:
    """Resident memory for each of many held sessions, and how a legitimate client fares beside them."""
    mode, count = HELD[name[0]], int(name[1:])
    with gatepost(sink, workers, holding(count, authority.issue("mx.example.test"))) as peer:
        alone = latency(peer.port)
        before, used = resident(tree(peer.root())), cpu(peer.root())
        command = [sys.executable, "-m", "bench.hold", str(peer.port), str(count), mode]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdin is not None and holder.stdout is not None
            settled = json.loads(holder.stdout.readline())
            memory, used = resident(tree(peer.root())) - before, cpu(peer.root()) - used
            beside = latency(peer.port)
            holder.stdin.close()
            end = json.loads(holder.stdout.readline())
    each = memory / settled["held"] / 1024 if settled["held"] else None
    result = {"shape": name, "says": f"{count} held, {mode}", "settled": settled, "end": end, "kib_each": each}
    return result | {"cpu": used, "alone": alone, "beside": beside}


def table(result: dict[str, Any]) -> Iterator[str]:
    """For people."""
    yield f"\n({result['shape']}) {result['says']}"
    yield from rates_table(result) if "runs" in result else held_table(result)


def rates_table(result: dict[str, Any]) -> Iterator[str]:
    yield f"  {'':10} {'CPU s/1000':>22} {'messages/s':>24} {'tools CPU':>10} {'other load':>11}"
    middle = {}
    for name, runs in result["runs"].items():
        cpus, speeds = [run["cpu"] for run in runs], [run["rate"] for run in runs]
        middle[name] = (statistics.median(cpus), statistics.median(speeds))
        yield (
            f"  {name:10} {middle[name][0]:8.3f} ({min(cpus):.3f}–{max(cpus):.3f})"
            f" {middle[name][1]:9.0f} ({min(speeds):.0f}–{max(speeds):.0f})".ljust(60)
            + f" {statistics.median(run['tools_cpu'] for run in runs):10.2f} {max(run['other'] for run in runs):11.0%}"
        )
    for name, runs in result["runs"].items():
        parts = {part: statistics.median(run["parts"][part] for run in runs) for part in runs[0]["parts"]}
        if parts:
            yield f"  of {name}: " + ", ".join(f"{part} {used:.3f}" for part, used in parts.items())
    beside = next((name for name in ("postfix", "stack") if name in middle), "")
    for name in sorted(middle.keys() - {beside}) if beside else ():
        cost, speed = (ours / theirs for ours, theirs in zip(middle[name], middle[beside], strict=True))
        yield f"  {name} / {beside}: CPU {cost:.2f}, messages/s {speed:.2f}"


def held_table(result: dict[str, Any]) -> Iterator[str]:
    each = "–" if result["kib_each"] is None else f"{result['kib_each']:.1f} KiB"
    yield f"  held {result['settled']['held']}, lost {result['settled']['lost']}, at the end {result['end']['held']}"
    yield f"  resident for each {each}, CPU to take them {result['cpu']:.2f} s {result['settled']['first_refusal']}"
    for name in ("alone", "beside"):
        of = result[name]
        yield f"  a legitimate session {name}: p50 {of['p50']:.1f} ms, p99 {of['p99']:.1f} ms, {of['failed']} failed"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--shapes", default="a,b,c,d10000,t10000,s1000", help="of a, b, c, dN, eN, tN, sN (default: %(default)s)"
    )
    parser.add_argument("--peers", default="gatepost,senders,postfix", help="which to run (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="kept runs of each shape")
    parser.add_argument("--seconds", type=float, default=3.0, help="aimed length of a run")
    parser.add_argument("--workers", type=int, default=CORES, help="of the gateway (default: one per core)")
    parser.add_argument("--output", type=Path, default=Path("bench/results/peers.json"), help="where the JSON goes")
    return parser.parse_args()


def run(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The result of each shape as it is known."""
    shapes, wanted = options.shapes.split(","), options.peers.split(",")
    loads = [name for name in shapes if name in SHAPES]
    with Sink() as sink:
        with ExitStack() as servers:
            peers: list[Peer] = []
            if loads and "gatepost" in wanted:
                peers.append(servers.enter_context(gatepost(sink, options.workers)))
            if loads and "senders" in wanted:
                peers.append(servers.enter_context(senders(sink, options.workers)))
            if loads and "postfix" in wanted:
                peers.append(servers.enter_context(postfix(sink)))
            for name in loads:
                yield rates(peers, name, SHAPES[name], sink, options.runs, options.seconds)
        authority = Authority(options.output.parent.resolve())
        for name in shapes:
            if name not in SHAPES:
                yield held(name, sink, options.workers, authority)


def main() -> None:
    options = arguments()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": CORES, "kernel": os.uname().release, "python": sys.version.split()[0]}
    written: dict[str, Any] = {"when": time.strftime("%F %T"), "machine": machine, "results": []}
    try:
        for result in run(options):
            print("\n".join(table(result)), flush=True)
            written["results"].append(result)
            options.output.write_text(json.dumps(written, indent=1))
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        sys.exit(f"bench: {missing.msg}")
    print(f"\nwritten: {options.output}")


if __name__ == "__main__":
    main()
