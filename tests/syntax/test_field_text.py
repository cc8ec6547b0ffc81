"""Values of fields without the transport's dots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.field_text import plain_value
from gatepost.syntax.header import read_header


def of(raw):
    (field,) = read_header(raw + b"\r\n")[0]
    return plain_value(field)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"A: b\r\n", b"b"),
        (b"A:b\r\n\tc\r\n d \r\n", b"b\tc d"),
        (b"A: b\r\n. c\r\n", b"b c"),
        (b"A:\r\n.\tc\r\n. d\r\n", b"c\td".replace(b"\t", b" ")),
        (b".A: b\r\n. c\r\n", b"b c"),
        (b"A: b.\r\n .c\r\n", b"b. .c"),
    ],
)
def test_a_value_is_unstuffed_and_unfolded(raw, value):
    assert of(raw) == value


@given(st.lists(st.sampled_from([b"b", b".", b" ", b"\r\n ", b"\r\n\t", b"\r\n. "]), max_size=12).map(b"".join))
def test_dots_of_the_transport_change_nothing(value):
    assert of(b"A:" + value + b"\r\n") == of(b"A:" + value.replace(b"\r\n.", b"\r\n") + b"\r\n")
