import time
import zlib
from array import array
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.calibration import Calibration
from gatepost.learn.classifier import Classifier, Model, blank_model, blank_site
from gatepost.learn.features import GROUPS
from gatepost.learn.hashing import PLACES
from gatepost.learn.model_file import HEAD, LARGEST, MAGIC, VERSION, BadModel, note, read, written
from tests.learn.letters import LETTERS, SALES, letter

SOME = Model(
    weights=array("b", [(at * 7) % 255 - 127 for at in range(PLACES)]),
    step=0.03,
    bias=-0.5,
    gains=tuple(float(number) for number in range(len(GROUPS))),
    calibration=Calibration(slope=0.8, shift=0.1),
)
SHIPPED = files("gatepost.learn") / "default.model"


def test_a_model_that_is_written_is_read_again():
    assert read(written(SOME)) == SOME
    assert note(written(SOME, "of 3 mails")) == "of 3 mails"
    assert written(SOME) == written(read(written(SOME)))


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_octet_is_noticed(at, change):
    octets = bytearray(written(blank_model()))
    octets[at % len(octets)] ^= change
    with pytest.raises(BadModel):
        read(bytes(octets))


@given(st.binary(max_size=100))
def test_what_is_no_model_is_refused_and_nothing_worse(octets):
    for candidate in (octets, MAGIC + octets, with_checksum(octets), with_checksum(zlib.compress(octets))):
        with pytest.raises(BadModel):
            read(candidate)


def test_each_mistake_is_named():
    whole = written(SOME)
    for octets, why in (
        (b"", "cut short"),
        (b"x" * 100, "no model"),
        (HEAD.pack(MAGIC, VERSION + 1, 0), "version"),
        (whole[:-1], "checksum"),
        (bytes(LARGEST + 1), "octets"),
        (with_checksum(zlib.compress(bytes(10_000_000))), "longer"),
        (with_checksum(zlib.compress(bytes(100))), "weights"),
        (with_checksum(zlib.compress(b"\0\0\0\1\xc1" + bytes(PLACES))), "description"),
    ):
        with pytest.raises(BadModel, match=why):
            read(octets)


def test_a_model_for_other_groups_is_refused():
    other = Model(weights=SOME.weights, step=1.0, bias=0.0, gains=(1.0,), calibration=Calibration())
    with pytest.raises(BadModel, match="groups"):
        read(written(other))


def test_the_model_that_comes_with_the_program_is_small_quick_to_read_and_knows_something():
    octets = SHIPPED.read_bytes()
    assert len(octets) <= LARGEST
    began = time.process_time()
    model = read(octets)
    assert time.process_time() - began < 0.05
    assert "ham" in note(octets)
    classifier = Classifier(model, blank_site())
    assert min(map(classifier.score, map(letter, SALES))) > max(map(classifier.score, map(letter, LETTERS)))


def with_checksum(body: bytes) -> bytes:
    return HEAD.pack(MAGIC, VERSION, zlib.crc32(body)) + body
