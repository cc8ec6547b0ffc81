"""Parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.mime.parameters import Parameter, Piece, assembled, loose, parameters, unescaped


def read(text: bytes) -> list[tuple[str, bytes]]:
    found, cut = parameters(text, 50)
    assert not cut
    return [(parameter.name, parameter.value) for parameter in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", []),
        (b";", []),
        (b"; a=b", [("a", b"b")]),
        (b";A=b;c=d", [("a", b"b"), ("c", b"d")]),
        (b'; a="b c"; d=e', [("a", b"b c"), ("d", b"e")]),
        (b'; a="b\\"c"', [("a", b'b"c')]),
        (b'; a="b;c=d"; e=f', [("a", b"b;c=d"), ("e", b"f")]),
        (b"; a = b ; c = d ", [("a", b"b"), ("c", b"d")]),
        (b" a=b", [("a", b"b")]),
        (b"; a; b=c", [("b", b"c")]),
        (b"; =a; b=c", [("b", b"c")]),
        (b'; a="b; c=d', [("a", b"b; c=d")]),
        (b'; a="b"c; d=e', [("a", b"b"), ("d", b"e")]),
        (b"; a=b=c", [("a", b"b=c")]),
        (b"; a=", [("a", b"")]),
        (b'; a="', [("a", b"")]),
        (b'; a="b\\', [("a", b"b")]),
        (b"; a=1; a=2", [("a", b"1"), ("a", b"2")]),
    ],
)
def test_parameters_are_read_and_a_wrong_one_hides_none(text, found):
    assert read(text) == found


def test_what_follows_a_closing_quote_is_kept_apart():
    assert parameters(b'; a="b"c d; e', 9)[0] == (Parameter("a", b"b", b"b", True, b"c d"),)


@pytest.mark.parametrize(("most", "cut"), [(2, True), (3, False)])
def test_more_than_the_limit_are_cut_and_told(most, cut):
    found, more = parameters(b"; a=b; c=d; e=f", most)
    assert (len(found), more) == (most, cut)


def test_a_name_is_found_wherever_it_stands():
    assert loose(b'x; q="; name=a.exe"; NAME = "b"; filename*=c; surname=d', b"name", 9) == [b"a.exe", b"b"]
    assert loose(b"name=a; name=b; name=c", b"name", 2) == [b"a", b"b"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (b"; a*=utf-8'en'b%63", Piece(b"bc", b"utf-8'en'b%63", "utf-8")),
        (b"; a*0=b; a*1=c", Piece(b"bc", b"bc")),
        (b"; a*1=c; a*0=b", Piece(b"bc", b"bc")),
        (b"; a*0*=x''%62; a*1=%63; a*2*=%64", Piece(b"b%63d", b"x''%62%63%64", "x")),
        (b"; a*1=c; a*2=d", Piece(b"cd", b"cd")),
        (b"; a*0=b; a*2=d", Piece(b"b", b"b")),
        (b"; a*0=b; a*0=c", Piece(b"b", b"b")),
        (b"; a*0=b; a*x=c; a**=d; a*-1=e", Piece(b"b", b"b")),
    ],
)
def test_pieces_are_put_together(text, first):
    assert assembled(parameters(text, 50)[0], "a")[0] == first


def test_each_order_of_pieces_is_there_once():
    values = [piece.value for piece in assembled(parameters(b"; a*2=z; a*0=x; a*0=y", 50)[0], "a")]
    assert values == [b"x", b"xz", b"zxy", b"yz"]


def test_a_piece_with_a_high_number_is_left_out():
    assert assembled(parameters(b"; a*999999999=x; a*9999999999=y; a*0=b", 50)[0], "a") == (Piece(b"b", b"b"),)


def test_percent_signs_are_read_where_two_digits_follow():
    assert unescaped(b"%41%4%zz%%42%") == b"A%4%zz%B%"


TOKENS = st.text("abcxyz019-_", min_size=1, max_size=5)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)


@given(st.lists(st.tuples(TOKENS, VALUES), max_size=6))
def test_parameters_written_in_quotes_are_read_back(pairs):
    escaped = [(name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in pairs]
    text = "".join(f'; {name}="{value}"' for name, value in escaped)
    assert read(text.encode()) == [(name, value.encode()) for name, value in pairs]
