"""What a header says of its envelope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.cli.envelope_guess import guess_recipients, guess_sender, header_of, mailbox_in, parts

TEXT = st.lists(st.sampled_from(["a", "@", "b.c", ",", '"', "(", ")", "\\", "<", ">", " "]), max_size=15).map("".join)


def header(*lines):
    return header_of("".join(f"{line}\r\n" for line in (*lines, "", "body")).encode())


def sender(*lines):
    guess = guess_sender(header(*lines))
    return [str(mailbox) for mailbox in guess.mailboxes], guess.field


def recipients(*lines):
    guess = guess_recipients(header(*lines), {"example.com"})
    return [str(mailbox) for mailbox in guess.mailboxes], guess.field


def test_a_return_path_knows_better_than_from():
    assert sender("From: Ann <ann@a.test>", "Return-Path: <bounce@a.test>") == (["bounce@a.test"], "return-path")


def test_an_empty_return_path_is_no_answer():
    assert sender("Return-Path: <>", "From: ann@a.test") == (["ann@a.test"], "from")


def test_a_header_may_say_nothing():
    assert sender("Subject: a") == ([], "")
    assert recipients("To: undisclosed-recipients:;") == ([], "")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("bob@example.com", ["bob@example.com"]),
        ("Bob <bob@example.com>, ann@example.com", ["bob@example.com", "ann@example.com"]),
        ('"Last, First <x@y.z>" <bob@example.com>', ["bob@example.com"]),
        ("bob@example.com (Bob, of sales <x@example.com>)", ["bob@example.com"]),
        ("Bob <bob@example.com>, Bob <bob@example.com>", ["bob@example.com"]),
    ],
)
def test_mailboxes_are_found_however_they_are_written(value, found):
    assert recipients(f"To: {value}")[0] == found


def test_recipients_of_ours_are_meant_where_there_are_some():
    assert recipients("To: a@other.test", "Cc: b@other.test, bob@example.com") == (["bob@example.com"], "cc")


def test_else_everybody_is_meant():
    assert recipients("To: a@other.test") == (["a@other.test"], "to")


@given(TEXT)
def test_no_text_is_too_odd(text):
    whole = list(parts(text))
    assert len(whole) >= 1
    for part in whole:
        mailbox_in(part)
