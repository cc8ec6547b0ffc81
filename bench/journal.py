"""What does one trace cost, from the worker's `record` to the journal and the log?

    python bench/journal.py [--traces N] [--w3c] [--json]

CPU microseconds per trace of each part, measured in this process, and of the writer process as a whole,
fed by another process over the real socket, journal and JSON log on. Best of the rounds.
"""

import argparse
import gc
import json
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gatepost.adapters.journal.client import JournalClient
from gatepost.adapters.journal.json_line import Timestamps, transaction_line
from gatepost.adapters.journal.settings import W3C_FIELDS, JournalSettings, LogSettings, W3cSettings
from gatepost.adapters.journal.store import Received, Store
from gatepost.adapters.journal.summary import summary_of
from gatepost.adapters.journal.w3c import W3cLog
from gatepost.adapters.journal.wire import decode, encode, pair
from gatepost.adapters.journal.words import words
from gatepost.adapters.journal.writer import serve
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.tls import Tls
from gatepost.model.trace import Decision, End, Exchange, Handover, RecipientEnd, Step, Trace
from gatepost.model.verdict import Action, Verdict

ACCEPTED = Verdict(Action.ACCEPT, Reply(250, "2.0.0", "OK"), "default")
ROUNDS = 3


def steps(*names: str) -> tuple[Step, ...]:
    return tuple(Step(name, elapsed=0.00001) for name in names)


def accepted(i: int) -> Trace:
    """A typical accepted message of one recipient, over TLS, with one finding."""
    odd = Step("helo", findings=(Finding("helo.single_label", "mail", 0.5),))
    return Trace(
        id=f"{i:012x}4f3a", session=f"{i:016x}", node="mx1.example.com", worker=1, listener="inbound",
        began=1.7e9 + i * 0.01, elapsed=0.0213, client_ip=f"192.0.2.{i % 250}", client_port=40_000 + i % 20_000,
        server="203.0.113.5:25", end=End.DELIVERED, helo="mail.sender.example",
        tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256), sender=f"user{i % 5000}@sender{i % 700}.example",
        recipients=(RecipientEnd(f"staff{i % 300}@example.com", End.DELIVERED, "250 2.1.5 OK"),), size=4096,
        message_id=f"<{i * 2654435761 % 2**64:x}.{i}@sender.example>", action="accept", rule="default",
        reply="250 2.0.0 OK, as 0000000004f3a",
        decisions=(
            Decision(Phase.CONNECT, ACCEPTED, steps("access", "rate")), Decision(Phase.HELO, ACCEPTED, (odd,), 0.001),
            Decision(Phase.MAIL, ACCEPTED, steps("sender", "own_domain", "limits"), 0.002),
            Decision(Phase.RCPT, ACCEPTED, steps("recipient", "harvest"), 0.003, f"staff{i % 300}@example.com"),
            Decision(Phase.DATA, ACCEPTED, (), 0.004), Decision(Phase.MESSAGE, ACCEPTED, steps("hops", "size"), 0.01),
        ),
        exchanges=(
            Exchange("EHLO", "250 mx1.example.com", "mail.sender.example", 0.001),
            Exchange("MAIL", "250 2.1.0 OK", f"FROM:<user{i % 5000}@sender.example> SIZE=4096", 0.002),
            Exchange("RCPT", "250 2.1.5 OK", f"TO:<staff{i % 300}@example.com>", 0.003),
            Exchange("DATA", "354 Go on", "", 0.004), Exchange(".", "250 2.0.0 OK, as 0000000004f3a", "", 0.021),
        ),
        handovers=(Handover("exchange", "10.0.0.5:25", "250 2.0.0 OK: queued as 4F3A", 0.008),),
    )  # fmt: skip


def cpu(work: Callable[[], object], count: int) -> float:
    """Best CPU microseconds per item over the rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best / count * 1e6


def parts(traces: list[Trace]) -> dict[str, float]:
    bodies = [encode(trace) for trace in traces]
    summaries = [summary_of(body) for body in bodies]
    count, timestamp, w3c = len(traces), Timestamps(), W3cLog(W3C_FIELDS)
    result = {
        "octets of one trace": sum(map(len, bodies)) / count,
        "encode": cpu(lambda: [encode(trace) for trace in traces], count),
        "decode": cpu(lambda: [decode(body) for body in bodies], count),
        "decode what index and log need": cpu(lambda: [summary_of(body) for body in bodies], count),
        "words": cpu(lambda: [words(summary) for summary in summaries], count),
        "JSON line": cpu(lambda: [transaction_line(summary, timestamp) for summary in summaries], count),
        "W3C lines (21 fields)": cpu(lambda: [w3c.lines(trace) for trace in traces], count),
    }
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "journal.db")
        received = [Received(summary, body) for summary, body in zip(summaries, bodies, strict=True)]

        def write() -> None:
            for start in range(0, count, 500):
                store.write(received[start : start + 500], (), {}, 0.0)

        result["words, packing and SQLite"] = cpu(write, count)
        result["octets on disk of one trace"] = store.octets / store.last
        store.close()
    return result


def feed(client: JournalClient, traces: list[Trace]) -> float:
    """CPU microseconds of one `record`."""
    spent = time.process_time()
    waited = 0.0
    for trace in traces:
        while not client.record(trace):
            before = time.process_time()
            time.sleep(0.005)
            waited += time.process_time() - before
    return (time.process_time() - spent - waited) / len(traces) * 1e6


def whole(count: int, w3c: bool) -> dict[str, float]:
    """The writer as a process of its own."""
    traces = [accepted(i) for i in range(2000)]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        extended = W3cSettings(path=place / "w3c", fields=tuple(W3C_FIELDS)) if w3c else None
        log = LogSettings(to="file", path=place / "log", w3c=extended)
        worker, writer = pair()
        child = os.fork()
        if child == 0:
            worker.close()
            start = resource.getrusage(resource.RUSAGE_SELF)
            serve([writer], place / "journal.db", JournalSettings(), log)
            end = resource.getrusage(resource.RUSAGE_SELF)
            spent = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
            (place / "spent").write_text(f"{spent} {end.ru_maxrss}")
            os._exit(0)
        client = JournalClient(worker)
        record = min(feed(client, traces) for _ in range(count // len(traces)))
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        spent, resident = map(float, (place / "spent").read_text().split())
        octets = (place / "journal.db").stat().st_size
    sent = client.sent
    return {
        "record, in the worker": record,
        "writer process, all included": spent / sent * 1e6,
        "writer: resident MiB": resident / 1024,
        "octets on disk of one trace": octets / sent,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--traces", type=int, default=40_000)
    parser.add_argument("--w3c", action="store_true", help="with the W3C log, all fields")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    gc.disable()
    result = {"parts": parts([accepted(i) for i in range(2000)]), "whole": whole(options.traces, options.w3c)}
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for title, figures in result.items():
        print(f"{title} (CPU µs per trace unless said)")
        for name, figure in figures.items():
            print(f"  {name:<36}{figure:10.1f}")


if __name__ == "__main__":
    main()
