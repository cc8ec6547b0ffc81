"""Header fields in the two forms in which they are hashed, and a signature's own field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim.canonical import Form, canonical, relaxed, without_signature
from tests.auth.dkim import workshop

VALUES = st.lists(
    st.sampled_from([b" ", b"\t", b"\r\n ", b"\r\n\t", b"a", b":", b"\x0b", b"\x0c", b"\xe9", b"\x00"]), max_size=12
).map(b"".join)
FIELDS = st.builds(lambda name, value: name + value + b"\r\n", st.sampled_from([b"A:", b"SubJect :", b"x\t:"]), VALUES)


def test_the_example_of_rfc_6376_section_3_4_5_in_relaxed_form():
    assert relaxed(b"A: X\r\n") == b"a:X"
    assert relaxed(b"B : Y\t\r\n\tZ  \r\n") == b"b:Y Z"


def test_simple_form_changes_nothing():
    assert canonical(b"B : Y\t\r\n\tZ  \r\n", Form.SIMPLE) == b"B : Y\t\r\n\tZ  "


def test_a_field_without_a_line_end_is_hashed_as_one_with():
    assert canonical(b"A: b", Form.SIMPLE) == canonical(b"A: b\r\n", Form.SIMPLE)
    assert relaxed(b"A: b") == relaxed(b"A: b\r\n")


def test_only_space_and_tab_are_white_space():
    assert relaxed(b"A:\x0b b  \x0c\r\n") == b"a:\x0b b \x0c"


def test_a_line_that_is_no_field_can_still_be_hashed():
    assert relaxed(b"no colon\r\n") == b"no colon:"


@given(FIELDS)
def test_relaxed_form_is_what_the_rfc_says(raw):
    assert relaxed(raw) + b"\r\n" == workshop.relaxed_field(raw)


@given(FIELDS)
def test_relaxed_form_of_relaxed_form_is_itself(raw):
    assert relaxed(relaxed(raw) + b"\r\n") == relaxed(raw)


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        (b"D: v=1; b=abc; s=x\r\n", b"D: v=1; b=; s=x"),
        (b"D: v=1; b= abc\r\n\tdef ; s=x\r\n", b"D: v=1; b=; s=x"),
        (b"D: v=1;\r\n\tb=abc\r\n\tdef\r\n", b"D: v=1;\r\n\tb="),
        (b"D: v=1;\r\n\tb=abc;\r\n", b"D: v=1;\r\n\tb=;"),
        (b"D: v=1;\r\n\tb=abc;\r\n \r\n", b"D: v=1;\r\n\tb=;\r\n "),
        (b"D:b=abc;bh=b=d\r\n", b"D:b=;bh=b=d"),
        (b"D: bh=b=d; b\r\n =\r\n a;c=d\r\n", b"D: bh=b=d; b\r\n =;c=d"),
        (b"D: b=;c=d\r\n", b"D: b=;c=d"),
        (b"D: bb=abc; xb=d\r\n", b"D: bb=abc; xb=d"),
    ],
)
def test_the_signature_alone_is_taken_out(raw, left):
    assert without_signature(raw) == left
