"""What does it buy a spammer to dress his mail up? `python -m bench.adversary CORPUS`

The spam of the dev split is judged by the default model as it is, and changed in one way each time: words of ham put
where the reader sees them, or where he does not; letters replaced by look-alikes; characters without width between
letters; blanks between them. What is shown is how much of it is still at or over the store's level, and how much time
its features took at most.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from gatepost.learn.calibration import UNTAUGHT
from gatepost.learn.classifier import Classifier, blank_site
from gatepost.learn.features import features, sight
from gatepost.learn.model_file import read
from gatepost.model.inspection import Inspection, Text
from tools.corpus import examples
from tools.sights import inspected
from tools.train import MODEL

STORE = 5
WORDS = 300  # of ham
ALIKE = str.maketrans("aeopcxy", "".join(map(chr, (0x430, 0x435, 0x43E, 0x440, 0x441, 0x445, 0x443))))
Change = Callable[[Inspection, str], Inspection]


def as_it_is(seen: Inspection, ham: str) -> Inspection:
    return seen


def with_words(seen: Inspection, ham: str) -> Inspection:
    return each(seen, lambda text: f"{text}\n\n{ham}")


def with_words_before(seen: Inspection, ham: str) -> Inspection:
    return each(seen, lambda text: f"{ham}\n\n{text}")


def with_hidden_words(seen: Inspection, ham: str) -> Inspection:
    return Inspection(items=seen.items, texts=(*seen.texts, Text(path="9", kind="hidden", text=ham)), links=seen.links)


def with_look_alikes(seen: Inspection, ham: str) -> Inspection:
    return each(
        seen, lambda text: " ".join(one.translate(ALIKE) if at % 2 else one for at, one in enumerate(text.split(" ")))
    )


def with_some_look_alikes(seen: Inspection, ham: str) -> Inspection:
    return each(seen, lambda text: text.replace("e", "\u0435").replace("o", "\u043e"))


def with_no_width(seen: Inspection, ham: str) -> Inspection:
    return each(seen, "\u200b".join)


def with_blanks(seen: Inspection, ham: str) -> Inspection:
    return each(seen, " ".join)


def each(seen: Inspection, change: Callable[[str], str]) -> Inspection:
    texts = [Text(path=one.path, kind=one.kind, text=change(one.text)) for one in seen.texts]
    return Inspection(items=seen.items, texts=tuple(texts), links=seen.links)


CHANGES: dict[str, Change] = {
    "as it is": as_it_is,
    "300 words of ham behind": with_words,
    "300 words of ham before": with_words_before,
    "300 words of ham, hidden": with_hidden_words,
    "every other word in look-alikes": with_look_alikes,
    "two letters in look-alikes": with_some_look_alikes,
    "no-width characters between": with_no_width,
    "blanks between letters": with_blanks,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    wanted = parser.parse_args()
    model = read(wanted.model.read_bytes())
    classifier = Classifier(model, blank_site())
    dev = [mail for mail in examples(wanted.corpus) if mail.split == "dev"]
    seen = [inspected(mail.octets) for mail in dev if mail.is_spam]
    ham = " ".join(text.text for mail in dev if not mail.is_spam for text in inspected(mail.octets)[1].texts).split()
    order = random.Random(1)
    print(f"{len(seen)} spam{'':28} caught   mean score   most ms")
    for name, change in CHANGES.items():
        scores, most = [], 0.0
        for header, inspection in seen:
            start = order.randrange(len(ham) - WORDS)
            changed = change(inspection, " ".join(ham[start : start + WORDS]))
            began = time.process_time()
            scores.append(classifier.score(features(sight(header, changed))))
            most = max(most, time.process_time() - began)
        over = sum(model.calibration.level(score, is_taught=False) >= STORE for score in scores) / len(scores)
        print(f"{name:36} {100 * over:5.1f} %   {sum(scores) / len(scores):10.2f}   {1000 * most:7.1f}")
    print(f"no level is over {UNTAUGHT} before a site has taught")


if __name__ == "__main__":
    main()
