"""Which leaves are the same, and which can be opened."""

import pytest
from msgspec import structs

from gatepost.mime.leaves import is_openable, key
from gatepost.mime.part import Part

OCTETS = b"\r\n words of a text. \r\n\r\nUVVKRA==\r\na=41"
WORDS = Part(path="1", start=0, end=24)


@pytest.mark.parametrize(
    "change",
    [
        {"path": "2"}, {"start": 2}, {"start": 3}, {"end": 20}, {"encoding": "7bit"}, {"encoding": "quoted-printable"},
        {"charset": "us-ascii"}, {"charset": "x-none"}, {"reading": "fold"}, {"declared": "x"},
    ],
)  # fmt: skip
def test_the_same_octets_with_the_same_claims_are_the_same_leaf(change):
    assert key(OCTETS, structs.replace(WORDS, **change)) == key(OCTETS, WORDS)


@pytest.mark.parametrize(
    "change",
    [
        {"start": 5}, {"end": 12}, {"encoding": "base64"}, {"media_type": "text/html"}, {"names": ("a",)},
        {"charset": "utf-7"}, {"end": len(OCTETS), "encoding": "quoted-printable"},
    ],
)  # fmt: skip
def test_another_claim_makes_another_leaf(change):
    assert key(OCTETS, structs.replace(WORDS, **change)) != key(OCTETS, WORDS)


@pytest.mark.parametrize(
    ("change", "openable"),
    [
        ({}, False),
        ({"encoding": "8bit"}, False),
        ({"encoding": "quoted-printable"}, False),
        ({"media_type": "multipart/mixed"}, False),
        ({"encoding": "base64"}, True),
        ({"names": ("a.txt",)}, True),
        ({"is_attachment": True}, True),
        ({"media_type": "text/html"}, True),
        ({"media_type": "text/html", "start": 24, "end": 34}, False),  # base64 for text
        ({"media_type": "text/html", "start": 24, "end": 34, "encoding": "quoted-printable"}, False),
        ({"media_type": "text/html", "start": 24, "end": 34, "encoding": "base64"}, True),
        ({"media_type": "application/any", "start": 20, "end": 24}, False),
    ],
)
def test_a_leaf_can_be_opened_unless_it_is_words_or_nothing(change, openable):
    assert is_openable(OCTETS, structs.replace(WORDS, **change)) is openable
