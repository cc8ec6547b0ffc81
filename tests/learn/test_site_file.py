import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.classifier import Classifier, blank_model, blank_site
from gatepost.learn.model_file import VERSION
from gatepost.learn.site_file import HEAD, LARGEST, MAGIC, BadSite, read, written
from tests.learn.letters import SALES, letter


def test_what_was_learned_is_carried_to_another_site():
    here = blank_site()
    Classifier(blank_model(), here).learn_one(letter(SALES[0]), is_spam=True)
    there = read(written(here))
    assert there == here
    assert any(there)


def test_each_mistake_is_named():
    whole = written(blank_site())
    for octets, why in (
        (b"", "cut short"),
        (b"x" * 100, "not what"),
        (HEAD.pack(MAGIC, VERSION + 1, 0), "version"),
        (whole[:-1], "checksum"),
        (bytes(LARGEST + 1), "octets"),
        (HEAD.pack(MAGIC, VERSION, zlib.crc32(b"xxxx")) + b"xxxx", "unpacked"),
        (with_checksum(bytes(10)), "numbers"),
        (with_checksum(bytes(50_000_000)), "numbers"),
    ):
        with pytest.raises(BadSite, match=why):
            read(octets)


@given(st.binary(max_size=60))
def test_what_is_nothing_is_refused_and_nothing_worse(octets):
    for candidate in (octets, MAGIC + octets, with_checksum(octets)):
        with pytest.raises(BadSite):
            read(candidate)


def with_checksum(plain: bytes) -> bytes:
    body = zlib.compress(plain)
    return HEAD.pack(MAGIC, VERSION, zlib.crc32(body)) + body
