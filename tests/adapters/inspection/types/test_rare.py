"""Archives without a reader here: ATTACKS ATTACH-10, ATTACH-11."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.registry import CLOSED, OPENERS
from gatepost.adapters.inspection.types.rare import ARC_HEADER, FORMATS, SIGNS, kinds
from tests.adapters.inspection.mails import mail, walked

CONTENT = bytes(range(200))
ARC = b"\x1a\x08order.exe\0\0\0\0" + struct.pack("<IHHHI", len(CONTENT), 0, 0, 0, 400) + CONTENT
SAMPLES = {f"{name} {number}": bytes(at) + sign + CONTENT for number, (at, sign, name) in enumerate(SIGNS)}


@pytest.mark.parametrize("octets", [*SAMPLES.values(), ARC], ids=[*SAMPLES, "arc"])
def test_attach_10_an_archive_that_nobody_here_opens_is_never_clean(octets):
    seen = walked(mail(("order.dat", octets)))
    assert [each for each in seen.unscannable if each.startswith("2: unreadable (no reader for ")]


def test_none_of_them_has_a_reader():
    assert FORMATS <= CLOSED and not FORMATS & OPENERS.keys()


@pytest.mark.parametrize(
    ("name", "octets"), [("order.alz", b""), ("order.zip", b"see you there"), ("a.dat", b"\x93\x07")]
)
def test_what_holds_nothing_is_no_archive(name, octets):
    assert not walked(mail((name, octets))).unscannable


@given(st.lists(st.sampled_from([b"\x1a", b"\x08", b"a", b"\0", b"ALZ\x01", b"rLau", b"\xff" * 4]), max_size=40))
def test_an_archive_of_the_oldest_kind_has_all_it_says(pieces):
    octets = b"".join(pieces)
    for kind in kinds(octets):
        assert kind.format in FORMATS
        assert kind.format != "arc" or len(octets) >= ARC_HEADER + int.from_bytes(octets[15:19], "little")
