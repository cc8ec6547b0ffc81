import dns.name
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.dns.names import LABELS_READ, BadMessage, NameReader, on_the_wire

LABELS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="."), min_size=1, max_size=63)
NAMES = st.lists(LABELS, min_size=1, max_size=6).map(".".join).filter(lambda name: len(name) <= 253)


def test_a_name_is_its_labels_with_their_lengths():
    assert on_the_wire("Mail.example.com") == b"\x04mail\x07example\x03com\0"


@pytest.mark.parametrize(
    "name",
    ["", ".", "a..b", ".a", "a.", "é.example", "a\0.example", "a\x7f.example", "a" * 64, ".".join(["a" * 63] * 4)],
)
def test_a_name_that_no_query_can_carry_is_none(name):
    assert on_the_wire(name) is None


def test_the_longest_name_can_be_asked():
    name = ".".join(["a" * 63] * 3 + ["b" * 61])
    assert len(name) == 253
    assert len(on_the_wire(name)) == 255


@given(NAMES)
def test_what_is_written_is_read_back(name):
    octets = on_the_wire(name)
    assert NameReader(b"??" + octets).name(2) == (name.lower(), 2 + len(octets))


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=6))
def test_any_label_is_read_as_printable_text(labels):
    octets = dns.name.Name([*labels, b""]).to_wire()
    name, end = NameReader(octets).name(0)
    assert end == len(octets)
    assert name.isascii() and (name.isprintable() or not name)
    assert len(name.split(".")) == max(len(labels), 1)


def test_a_dot_within_a_label_is_no_end_of_one():
    assert NameReader(b"\x03a.b\x01\xff\0").name(0)[0] == "a\\046b.\\255"


def test_the_root_has_no_name():
    assert NameReader(b"\0").name(0) == ("", 1)


def test_a_pointer_is_followed_and_the_name_ends_behind_it():
    assert NameReader(b"\x03com\0\x04mail\xc0\x00").name(5) == ("mail.com", 12)


@pytest.mark.parametrize(
    ("octets", "at", "reason"),
    [
        (b"\xc0\x00", 0, "forwards"),
        (b"\x01a\xc0\x00", 0, "forwards"),
        (b"\xc0\x04??\x01a\0", 0, "forwards"),
        (b"\x01a\xc0\x04\xc0\x02", 4, "forwards"),
        (b"\x01a", 0, "cut off"),
        (b"\x05a", 0, "cut off"),
        (b"\xc0", 0, "cut off"),
        (b"", 0, "cut off"),
        (b"\x40" + b"a" * 64 + b"\0", 0, "too long"),
        ((b"\x3f" + b"a" * 63) * 4 + b"\0", 0, "too long"),
    ],
)
def test_NET_10_a_name_that_is_none_is_a_bad_message(octets, at, reason):
    with pytest.raises(BadMessage, match=reason):
        NameReader(octets).name(at)


def test_the_work_for_all_names_of_a_message_is_bounded():
    reader = NameReader(b"\x01a" * 100 + b"\0")
    with pytest.raises(BadMessage, match="too many names"):
        for _ in range(LABELS_READ):
            reader.name(0)


@given(st.lists(st.sampled_from([b"\0", b"\x01a", b"\x3f", b"\xc0", b"\xc0\x00", b"\xc0\x02", b"\xff\xff", b"."])))
def test_no_octets_do_more_than_be_refused(pieces):
    octets = b"".join(pieces)
    reader = NameReader(octets)
    for at in range(len(octets) + 2):
        try:
            name, end = reader.name(at)
        except BadMessage:
            continue
        assert at < end <= len(octets)
        assert name == name.lower()
