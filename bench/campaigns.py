"""Which mail is nearly the same as other mail, by the digest of texts; and what does it cost?

    .venv/bin/python -m bench.campaigns CORPUS

prints every figure of docs/design/near-duplicates.md:

- by source of the corpus, how many mails share one band, and two, with honest mail of others and with other spam;
- how many near-duplicates that the corpus itself names are found, and whether HTML and plain text of a mail agree;
- what the check finds if all of the corpus comes within one hour, each mail to one recipient, and what that costs;
- which share of campaigns is found, and after how many messages, by how much their words differ.

CORPUS: see `tools/corpus.py`.
"""

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from bench.classifier import heading
from gatepost.adapters.shared_memory.shared import Shared
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.campaign import MANY_SOURCES, TAKEN, WINDOW, Campaign, Config
from gatepost.learn.addresses import Sender, first_value
from gatepost.learn.near_duplicates import bands
from gatepost.model.check import Report
from gatepost.model.inspection import Inspection, Text
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from tools.corpus import examples
from tools.sights import inspected

REAL = ("trec07", "sa", "phish", "l_usrp", "l_i2c", "l_mips", "l_kasan")  # sources of mail that was really sent
DIFFERENT = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)  # share of the words that each message of a campaign exchanges
CAMPAIGNS, COPIES = 100, 250
SHORTEST, LONGEST = 50, 600  # words of a campaign's text


class Mail(Struct, frozen=True, kw_only=True):
    """What matters of a mail.

    Args:
        owner: registered domain of From, in place of what would be authenticated.
        seconds: of CPU that its digest took.
    """

    is_spam: bool
    source: str
    owner: str
    cluster: str
    inspection: Inspection
    bands: tuple[str, ...]
    seconds: float


def mails(corpus: Path) -> list[Mail]:
    kept = []
    for example in examples(corpus):
        header, inspection = inspected(example.octets)
        inspection = Inspection(texts=inspection.texts)
        began = time.process_time()
        said = bands(inspection)
        took = time.process_time() - began
        owner = Sender(first_value(header, "from")).owner
        kept.append(
            Mail(
                is_spam=example.is_spam, source=example.source, owner=owner or example.name, cluster=example.cluster,
                inspection=inspection, bands=said, seconds=took,
            )
        )  # fmt: skip
    return kept


def alike(all_mails: Sequence[Mail]) -> list[Counter[int]]:
    """For each mail, how many bands every other one shares with it."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, mail in enumerate(all_mails):
        for band in mail.bands:
            places[band].append(place)
    shared = [Counter(other for band in mail.bands for other in places[band]) for mail in all_mails]
    for place, others in enumerate(shared):
        others.pop(place, None)
    return shared


def by_source(all_mails: Sequence[Mail], shared: Sequence[Counter[int]]) -> None:
    heading("Mail that is nearly the same as other mail of the corpus: by one band / by two")
    print(f"{'':28} mails  with digest   honest mail of others    spam")
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for mail, others in zip(all_mails, shared, strict=True):
        seen = Counter({"mails": 1, "digest": bool(mail.bands)})
        for least in (1, 2):
            those = [all_mails[other] for other, bands_of_both in others.items() if bands_of_both >= least]
            seen[f"ham {least}"] = any(not one.is_spam and one.owner != mail.owner for one in those)
            seen[f"spam {least}"] = any(one.is_spam for one in those)
        table[kind_of(mail)] += seen
        if mail.source in REAL:
            table[f"{kind_of(mail).partition(' ')[0]} {mail.source}"] += seen
    for name, row in sorted(table.items()):
        joined = "    ".join(f"{row[f'{what} 1']:6} / {row[f'{what} 2']:6}" for what in ("ham", "spam"))
        print(f"{name:28} {row['mails']:5}  {row['digest']:6}      {joined}")


def kind_of(mail: Mail) -> str:
    return f"{'spam' if mail.is_spam else 'ham'} {'really sent' if mail.source in REAL else 'generated or test'}"


def agreement(all_mails: Sequence[Mail], shared: Sequence[Counter[int]]) -> None:
    heading("What is found of what should be")
    sizes = Counter(mail.cluster for mail in all_mails if mail.is_spam and mail.source == "trec07")
    those = [(mail, others) for mail, others in zip(all_mails, shared, strict=True) if sizes[mail.cluster] > 1]
    hits = sum(any(all_mails[other].cluster == mail.cluster for other in others) for mail, others in those)
    long = sum(bool(mail.bands) for mail, _ in those)
    print(f"spam of trec07 in clusters of the corpus: {len(those)}, {long} have a digest, {hits} are found")
    both = same = 0
    for mail in all_mails:
        html, plain = (set(bands(only(mail.inspection, kind))) for kind in ("html", "plain"))
        if html and plain:
            both, same = both + 1, same + bool(html & plain)
    print(f"HTML and plain text, each with a digest: {both} mails, {same} with one in common")


def only(inspection: Inspection, kind: str) -> Inspection:
    return Inspection(texts=tuple(text for text in inspection.texts if text.kind == kind))


def hour(all_mails: Sequence[Mail]) -> None:
    heading("All of it within one hour, each mail to one recipient, its domain vouched for")
    shared = Shared(1)
    check = Campaign(Config(), shared.counters, shared.memory)
    order = list(all_mails)
    random.Random(1).shuffle(order)
    hits: Counter[str] = Counter()
    took = []
    for number, mail in enumerate(order):
        vouched = SpfResult(result=Spf.PASS, domain=mail.owner)
        at = message(so_far=found(values=(mail.inspection, vouched)), transaction=f"t-{number}")
        began = time.process_time()
        hits[kind_of(mail)] += MANY_SOURCES.code in findings(check, at)
        took.append(time.process_time() - began)
    for kind, number in sorted(hits.items()):
        print(f"{kind:28} {number:5} of {sum(kind_of(mail) == kind for mail in order)}")
    print(f"{shared.counters.look(TAKEN, WINDOW)} rows were taken")
    times("the check", took)
    times("of which the digest", [mail.seconds for mail in all_mails])


def findings(check: Campaign, at: MessageStage) -> list[str]:
    report = check(at)
    if not isinstance(report, Report):
        try:
            report.send(None)  # shared memory never waits
        except StopIteration as end:
            report = end.value
    return [finding.code for finding in report.findings]


def times(name: str, seconds: Iterable[float]) -> None:
    those = sorted(seconds)
    mean, late = sum(those) / len(those), those[int(0.99 * len(those))]
    print(f"CPU ms, {name:20} mean {1000 * mean:6.3f}   99 % {1000 * late:6.3f}   most {1000 * those[-1]:6.3f}")


def varied(all_mails: Sequence[Mail]) -> None:
    heading(f"Campaigns of {COPIES} messages, each from another source to one recipient")
    dice = random.Random(1)
    strange = [word for mail in all_mails if not mail.is_spam for word in text_of(mail)[:20]]
    spam = [mail for mail in all_mails if mail.is_spam and mail.source in REAL]
    texts = [said for mail in spam if SHORTEST <= len(said := text_of(mail)) <= LONGEST and mail.bands]
    chosen = dice.sample(texts, CAMPAIGNS)
    print("words exchanged   found   after so many messages, median")
    for share in DIFFERENT:
        after = sorted(filter(None, [first_found(changed(said, share, strange, dice)) for said in chosen]))
        middle = after[len(after) // 2] if after else "-"
        print(f"{100 * share:13.0f} %   {100 * len(after) / CAMPAIGNS:4.1f} %   {middle}")


def text_of(mail: Mail) -> list[str]:
    return " ".join(text.text for text in mail.inspection.texts if text.kind == "plain").split()


def changed(said: Sequence[str], share: float, strange: Sequence[str], dice: random.Random) -> Iterable[str]:
    for _ in range(COPIES):
        yield " ".join(dice.choice(strange) if dice.random() < share else word for word in said)


def first_found(texts: Iterable[str]) -> int:
    """The number of the first message in which the campaign is found; 0 if it is in none."""
    shared = Shared(1)
    check = Campaign(Config(), shared.counters, shared.memory)
    for number, text in enumerate(texts, 1):
        seen = Inspection(texts=(Text(path="1", kind="plain", text=text),))
        at = message(so_far=found(values=(seen,)), client_ip=f"192.0.{number}.1", transaction=f"t-{number}")
        if MANY_SOURCES.code in findings(check, at):
            return number
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    all_mails = mails(parser.parse_args().corpus)
    shared = alike(all_mails)
    by_source(all_mails, shared)
    agreement(all_mails, shared)
    hour(all_mails)
    varied(all_mails)


if __name__ == "__main__":
    main()
