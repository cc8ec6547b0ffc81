"""How well does the filter tell spam from ham, beside others, on mail that taught none of them?

`python -m bench.classifier CORPUS` prints every figure of docs/design/default-model.md:

- trained on the train split of the corpus, judged on its dev split, side by side with bogofilter and the Bayes of
  SpamAssassin and rspamd;
- the model that comes with the program before a site has taught it anything;
- what a site gains by teaching, after 50, 200 and 1,000 mails, with the model and without;
- CPU per mail.
"""

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Sequence
from itertools import compress, pairwise
from pathlib import Path

from bench.filters import bogofilter, rspamd, spamassassin
from gatepost.adapters.spam_model.site_filter import SiteFilter
from gatepost.app.spam_filter import EXPLAINED
from gatepost.learn.calibration import UNTAUGHT
from gatepost.learn.classifier import Classifier, Model, blank_model, blank_site
from gatepost.learn.evaluation import auc_loss, caught
from gatepost.learn.features import GROUPS
from gatepost.learn.model_file import read, written
from tools.corpus import examples
from tools.sights import Seen, cached, inspected
from tools.train import GAINS, MODEL, rounded, train

FALSE_POSITIVES = (0.0, 0.001, 0.01)
STORE = 5  # the level at which mail is put aside
LESSONS = (0, 50, 200, 1000)
ORDERS = 12  # of local mail; the mean is shown: with three, chance moves a figure by several points
NOT_TAUGHT = ("phish", "trec07")  # sources that the model has never seen
SAMPLED = 10  # one mail of so many is asked about as in a gateway
PARTS = ("cold", "learning", "others", "speed")
Pairs = tuple[list[float], list[bool]]


def pairs(classifier: Classifier, mails: Sequence[Seen]) -> Pairs:
    return [classifier.score(mail.features) for mail in mails], [mail.is_spam for mail in mails]


def line(name: str, found: Pairs) -> None:
    at = "  ".join(f"{100 * caught(*found, part):5.1f}" for part in FALSE_POSITIVES)
    print(f"{name:34} {100 * auc_loss(*found):7.3f}   {at}")


def heading(text: str) -> None:
    print(f"\n## {text}\n")


def side_by_side(corpus: Path, mails: Sequence[Seen], model: Model, others: bool) -> None:
    heading("Taught by the train split, judged on the dev split")
    first = [mail for mail in mails if mail.split == "train"]
    dev = [mail for mail in mails if mail.split == "dev"]
    print(f"{len(first)} mails taught, {len(dev)} judged, {sum(mail.is_spam for mail in dev)} of them spam")
    print(f"{'':34} 1-AUC %   caught % at 0, 0.1, 1 % of ham")
    found: dict[str, Pairs] = {}
    for name, base in (("Gatepost, default model + lessons", model), ("Gatepost, lessons alone", blank_model())):
        taught = Classifier(base, blank_site())
        for mail in shuffled(first, 1):
            taught.learn_one(mail.features, mail.is_spam)
        found[name] = pairs(taught, dev)
    gains = [GAINS.get(group, 0.0) for group in GROUPS]
    own = Classifier(rounded(*train(first, gains), gains), blank_site())
    found["Gatepost, a model of this split"] = pairs(own, dev)
    for name, scores in (bogofilter(corpus), spamassassin(corpus), rspamd(corpus)) if others else ():
        found[name] = [scores[mail.name] for mail in dev], [mail.is_spam for mail in dev]
    for name, those in found.items():
        line(name, those)
    print("\nby source, 1-AUC % (all ham of dev against the spam of the source) and caught % at 0, 0.1, 1 % of ham")
    for source in sorted({mail.source for mail in dev if mail.is_spam}):
        kept = [not mail.is_spam or mail.source == source for mail in dev]
        for name, (scores, labels) in found.items():
            those = list(compress(scores, kept)), list(compress(labels, kept))
            line(f"{source}: {name}"[:34], those)


def cold(mails: Sequence[Seen], model: Model) -> None:
    heading(f"The default model alone: at or over level {STORE} (store), over {UNTAUGHT} (gateway)")
    classifier = Classifier(model, blank_site())
    judged = [mail for mail in mails if mail.split == "dev" or mail.source in NOT_TAUGHT]
    scores = {mail.name: classifier.score(mail.features) for mail in judged}
    groups: dict[str, list[Seen]] = {}
    for mail in judged:
        kind = "spam" if mail.is_spam else "ham"
        groups.setdefault(f"{kind} {mail.source}", []).append(mail)
        if mail.corpus == "modern":
            groups.setdefault(f"{kind} modern, all", []).append(mail)
    for name, those in sorted(groups.items()):
        levels = [model.calibration.level(scores[mail.name], is_taught=False) for mail in those]
        store = sum(level >= STORE for level in levels)
        gateway = sum(level > UNTAUGHT for level in levels)
        print(f"{name:24} {len(those):6}   store {store:5} = {100 * store / len(those):6.2f} %   gateway {gateway}")
    found = [scores[mail.name] for mail in judged], [mail.is_spam for mail in judged]
    line("all of these", found)
    by_level(judged, scores, model)


def by_level(judged: Sequence[Seen], scores: dict[str, float], model: Model) -> None:
    print("\nlevel  from score    ham  spam   chance of spam: said, found")
    cuts = (float("-inf"), *model.calibration.cuts, float("inf"))
    for level, (low, high) in enumerate(pairwise(cuts)):
        those = [mail for mail in judged if low <= scores[mail.name] < high]
        spam = sum(mail.is_spam for mail in those)
        said = sum(model.calibration.probability(scores[mail.name]) for mail in those) / max(1, len(those))
        print(f"{level:5}  {low:10.1f}  {len(those) - spam:5} {spam:5}   {said:.3f}  {spam / max(1, len(those)):.3f}")


def learning(mails: Sequence[Seen], model: Model) -> None:
    heading("A site teaches: mean of twelve orders; with the default model / without")
    sites = {
        "trec07": (["trec07"], ["trec07"]),
        "phish, modern ham": (["phish", "mh_", "own_ham"], ["phish", "mh_", "own_ham"]),
        "sa teaches, trec07 judged": (["sa"], ["trec07"]),
        "trec07 teaches, sa judged": (["trec07"], ["sa"]),
    }
    print(f"{'':28} lessons   1-AUC %            caught % at 0.1 %    at 1 % of ham")
    for name, (teach, judge) in sites.items():
        first = [mail for mail in mails if mail.split == "train" and mail.source.startswith(tuple(teach))]
        dev = [mail for mail in mails if mail.split == "dev" and mail.source.startswith(tuple(judge))]
        for lessons in LESSONS:
            both = [mean_of_orders(base, first, dev, lessons) for base in (model, blank_model())]
            said = "    ".join(f"{100 * one:7.2f} / {100 * two:7.2f}" for one, two in zip(*both, strict=True))
            print(f"{name:28} {lessons:7}   {said}")


def mean_of_orders(base: Model, first: Sequence[Seen], dev: Sequence[Seen], lessons: int) -> list[float]:
    found = []
    for order in range(ORDERS if lessons else 1):
        classifier = Classifier(base, blank_site())
        for mail in shuffled(first, order)[:lessons]:
            classifier.learn_one(mail.features, mail.is_spam)
        those = pairs(classifier, dev)
        found.append((auc_loss(*those), caught(*those, 0.001), caught(*those, 0.01)))
    return [sum(figures) / len(found) for figures in zip(*found, strict=True)]


def shuffled(mails: Sequence[Seen], order: int) -> list[Seen]:
    found = sorted(mails, key=lambda mail: mail.name)
    random.Random(order).shuffle(found)
    return found


def opinions(corpus: Path) -> list[float]:
    """Seconds of CPU of what the gateway asks of a message, reasons among it where the gateway wants them."""
    with tempfile.TemporaryDirectory() as nobody_has_taught:
        judge = SiteFilter(Path(nobody_has_taught), explained=EXPLAINED)
        found = []
        for example in itertools.islice(examples(corpus), 0, None, SAMPLED):
            header, inspection = inspected(example.octets)
            began = time.process_time()
            judge.opinion(header, inspection, ())
            found.append(time.process_time() - began)
    return found


def speed(corpus: Path, mails: Sequence[Seen], model: Model) -> None:
    heading("CPU per mail, milliseconds")
    classifier = Classifier(model, blank_site())
    for mail in mails[::50]:
        classifier.learn_one(mail.features, mail.is_spam)
    scoring, teaching = [], []
    for mail in mails[::3]:
        began = time.process_time()
        classifier.score(mail.features)
        scoring.append(mail.seconds + time.process_time() - began)
        began = time.process_time()
        lesson = classifier.learn_one(mail.features, mail.is_spam)
        teaching.append(time.process_time() - began)
        classifier.unlearn(lesson)
    octets = written(model)
    began = time.process_time()
    read(octets)
    loading = time.process_time() - began
    measured = {"features and score": scoring, "learning": teaching, "reading the model": [loading]}
    for name, times in {"opinion, reasons told": opinions(corpus), **measured}.items():
        times.sort()
        mean, late = sum(times) / len(times), times[int(0.99 * len(times))]
        print(f"{name:22} mean {1000 * mean:6.3f}   99 % {1000 * late:6.3f}   most {1000 * times[-1]:6.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, help="where to keep what is seen of the corpus, for the next run")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--alone", action="store_true", help="do not measure other filters")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="what to measure")
    wanted = parser.parse_args()
    model = read(wanted.model.read_bytes())
    mails = cached(wanted.corpus, wanted.cache)
    if "cold" in wanted.only:
        cold(mails, model)
    if "learning" in wanted.only:
        learning(mails, model)
    if "others" in wanted.only:
        side_by_side(wanted.corpus, mails, model, not wanted.alone)
    if "speed" in wanted.only:
        speed(wanted.corpus, mails, model)


if __name__ == "__main__":
    main()
