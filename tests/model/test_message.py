"""One field, one message."""

import pytest

from gatepost.model.message import Field
from gatepost.model.samples import message


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("Subject", b"Subject: Hi\r\n", b"Hi"), ("Subject", b"Subject:Hi \r\n", b"Hi"),
        ("Subject", b"Subject:\r\n", b""),
        ("Subject", b"Subject: a\r\n b\r\n\tc\r\n", b"a b\tc"), ("A", b"A: b: c\r\n", b"b: c"),
        ("A", b"A : b\r\n", b"b"),
        ("", b"no field\r\n", b""), ("", b": nameless\r\n", b"nameless"),
    ],
)  # fmt: skip
def test_the_value_is_what_follows_the_colon_unfolded(name, raw, value):
    assert Field(name, raw).value == value


def test_fields_are_found_by_name_in_any_case_and_in_order():
    whole = message(b"Received: 1\r\nSubject: x\r\nreceived: 2\r\n").message
    assert [field.value for field in whole.fields("RECEIVED")] == [b"1", b"2"] and whole.fields("To") == ()
