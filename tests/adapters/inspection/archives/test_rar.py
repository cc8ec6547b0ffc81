"""RAR: ATTACKS ATTACH-06, ATTACH-08 … ATTACH-10."""

import time

import pytest
import rars
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.traits import DECRYPTED, ENCRYPTED, HIDDEN_NAMES, INCONSISTENT, LINK, OVER_BUDGET
from tests.adapters.inspection.archives.opening import opened

PROGRAM = b"MZ" + b"program " * 40
LETTER = b"dear sir " * 400
FILES = {"order.exe": PROGRAM, "d/letter.txt": LETTER}


def packed(files=FILES, **options):
    builder = rars.RarBuilder(**options)
    for name, content in files.items():
        builder.add_bytes(content, name)
    return builder.to_bytes()


@pytest.mark.parametrize("options", [{}, {"solid": True}, {"format": "rar29"}, {"format": "rar15"}, {"store": True}])
def test_what_is_packed_comes_out(options):
    found = opened("rar", packed(**options))
    assert (found.content, found.codes, found.error) == (FILES, set(), None)


@pytest.mark.parametrize("options", [{}, {"format": "rar29"}])
def test_attach_06_a_word_of_the_message_opens_it(options):
    octets = packed(password="geheim", **options)
    closed = opened("rar", octets, passwords=("wrong",))
    assert (closed.content, closed.codes) == (dict.fromkeys(FILES, b""), {ENCRYPTED})
    found = opened("rar", octets, passwords=("wrong", "geheim"))
    assert (found.content, found.codes) == (FILES, {DECRYPTED})


def test_attach_10_hidden_names_are_told_or_opened():
    octets = packed(password="geheim", encrypt_headers=True)
    assert opened("rar", octets, passwords=("wrong",)).codes == {HIDDEN_NAMES, ENCRYPTED}
    found = opened("rar", octets, passwords=("wrong", "geheim"))
    assert (found.content, found.codes) == (FILES, {DECRYPTED})


def test_attach_08_a_bomb_is_not_unpacked():
    octets = packed({"a.txt": LETTER, "zeros": bytes(20_000_000), "b.txt": LETTER})
    began = time.process_time()
    found = opened("rar", octets)
    assert (found.over, found.content["a.txt"], found.content["zeros"]) == ("ratio", LETTER, b"")
    assert OVER_BUDGET in found.codes
    assert time.process_time() - began < 1


def test_attach_09_links_are_told():
    builder = rars.RarBuilder()
    builder.add_unix_symlink("link", "/etc/passwd")
    assert LINK in opened("rar", builder.to_bytes()).codes


def test_octets_in_front_are_told():
    found = opened("rar", b"MZ" + bytes(500) + packed())
    assert (found.content, found.codes) == (FILES, {INCONSISTENT})


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=4))
def test_however_a_field_is_changed_it_ends_well(at, put):
    at %= len(PACKED)
    found = opened("rar", PACKED[:at] + put + PACKED[at + len(put) :], passwords=("word",))
    assert found.error is None or isinstance(found.error, rars.Error)


PACKED = packed()
