"""Every fuzz target over its seeds, some hundred mutations of them, and every input that ever crashed it."""

import importlib
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.inputs import pieces, seeds

HERE = Path(__file__).parent
TARGETS = sorted(path.stem for path in HERE.glob("fuzz_*.py"))
MUTATIONS = 400

each_target = pytest.mark.parametrize("name", TARGETS)


def target(name):
    return importlib.import_module(f"tests.fuzz.{name}")


def mutated(octets, target, dice):
    """One to five changes: cut, repeat, insert, flip, join with another seed."""
    for _ in range(dice.randint(1, 5)):
        at, to = sorted((dice.randint(0, len(octets)), dice.randint(0, len(octets))))
        octets = dice.choice((
            lambda at=at, to=to, now=octets: now[:at] + now[to:],
            lambda at=at, to=to, now=octets: now[:to] + now[at:],
            lambda at=at, now=octets: now[:at] + dice.choice(pieces(target)) + now[at:],
            lambda at=at, now=octets: now[:at] + dice.randbytes(1) + now[at + 1 :],
            lambda at=at, now=octets: now[:at] + dice.choice(seeds(target))[at:],
        ))()  # fmt: skip
    return octets[:4096]


@each_target
def test_a_target_holds_for_its_seeds(name):
    for seed in seeds(target(name)):
        target(name).TestOneInput(seed)


@each_target
def test_a_target_holds_for_mutations_of_its_seeds(name):
    dice = Random(name)
    for _ in range(MUTATIONS):
        octets = mutated(dice.choice(seeds(target(name))), target(name), dice)
        try:
            target(name).TestOneInput(octets)
        except Exception as error:
            error.add_note(f"input: {octets!r}")
            raise


@each_target
def test_what_once_crashed_a_target_does_so_no_more(name):
    for crash in (HERE / "crashes").glob(f"{name}-*"):
        target(name).TestOneInput(crash.read_bytes())
