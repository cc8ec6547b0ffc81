"""ESMTP parameters of MAIL and RCPT."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.model.address import Address, Domain
from gatepost.smtp import parameters, replies
from gatepost.smtp.events import Mail, Rcpt
from gatepost.smtp.parameters import PARAMETERS, Rejected, is_xtext, split
from gatepost.smtp.table import Offer

BOB = Address("bob", Domain("example.com"))
ALL = Offer(size=1000, eight_bit_mime=True, smtputf8=True, dsn=True, auth=("PLAIN",))
NONE = Offer(size=1000)


def refusal(parse, who, rest, offer=ALL):
    with pytest.raises(Rejected) as caught:
        parse(who, rest, offer)
    return caught.value.reply


# ── words ────────────────────────────────────────────────────────────────────


def test_keywords_are_upper_case_and_values_as_they_came():
    assert split(" size=1 Body=8bitMime SMTPUTF8") == {"SIZE": "1", "BODY": "8bitMime", "SMTPUTF8": None}


def test_runs_of_blanks_do_no_harm():
    assert split("  A=1   B  ") == {"A": "1", "B": None} and split("") == split(" ") == {}


@pytest.mark.parametrize(
    "rest", ["A", " A=", " =1", " -A=1", " A_B", " A=1 a=2", " é=1", " \u017fIZE=1", " A=é", " \tA"]
)
def test_what_is_no_parameter_is_refused(rest):
    with pytest.raises(Rejected) as caught:
        split(rest)
    assert caught.value.reply == replies.BAD_PARAMETER and str(replies.BAD_PARAMETER) == str(caught.value)


def test_there_may_be_only_so_many():
    most = [f"A{number}=1" for number in range(PARAMETERS)]
    assert len(split(" " + " ".join(most))) == PARAMETERS
    with pytest.raises(Rejected):
        split(" " + " ".join([*most, "B=1"]))


# ── MAIL ─────────────────────────────────────────────────────────────────────


def test_a_sender_without_parameters():
    assert parameters.mail(BOB, "", NONE) == parameters.mail(BOB, " ", NONE) == Mail(sender=BOB)


@pytest.mark.parametrize(
    ("rest", "changes"),
    [
        (" SIZE=1000", {"size": 1000}), (" SIZE=0", {"size": 0}), (" BODY=7BIT", {}),
        (" BODY=8BITMIME", {"body": "8BITMIME"}),
        (" SMTPUTF8", {"smtputf8": True}), (" RET=full", {"ret": "FULL"}), (" RET=HDRS", {"ret": "HDRS"}),
        (" ENVID=a+2B", {"envid": "a+2B"}), (" AUTH=<>", {"auth": "<>"}), (" AUTH", {}),
    ],
)  # fmt: skip
def test_parameters_of_a_sender(rest, changes):
    assert parameters.mail(BOB, rest, ALL) == structs.replace(Mail(sender=BOB), **changes)


@pytest.mark.parametrize(
    ("rest", "reply"),
    [
        (" SIZE", replies.BAD_PARAMETER), (" SIZE=x", replies.BAD_PARAMETER), (" SIZE=-1", replies.BAD_PARAMETER),
        (" SIZE=" + "1" * 21, replies.BAD_PARAMETER), (" SIZE=1001", replies.TOO_LARGE),
        (" SIZE=²", replies.BAD_PARAMETER),
        (" BODY", replies.BAD_PARAMETER), (" BODY=x", replies.BAD_PARAMETER),
        (" BODY=binarymime", replies.NO_BINARYMIME),
        (" SMTPUTF8=x", replies.BAD_PARAMETER), (" RET=x", replies.BAD_PARAMETER),
        (" ENVID=+2b", replies.BAD_PARAMETER),
        (" ENVID=a=b", replies.BAD_PARAMETER), (" ENVID=" + "a" * 101, replies.BAD_PARAMETER),
        (" NOTIFY=NEVER", replies.UNKNOWN_PARAMETER),
        (" X=1", replies.UNKNOWN_PARAMETER),
    ],
)  # fmt: skip
def test_bad_parameters_of_a_sender(rest, reply):
    assert refusal(parameters.mail, BOB, rest) == reply


@pytest.mark.parametrize("rest", [" BODY=8BITMIME", " BODY=7BIT", " SMTPUTF8", " RET=FULL", " ENVID=a", " AUTH=<>"])
def test_what_was_not_offered_is_not_known(rest):
    assert refusal(parameters.mail, BOB, rest, NONE) == replies.UNKNOWN_PARAMETER


# ── RCPT ─────────────────────────────────────────────────────────────────────


def test_a_recipient_without_parameters():
    assert parameters.rcpt(BOB, "", NONE) == parameters.rcpt(BOB, " ", NONE) == Rcpt(recipient=BOB)


@pytest.mark.parametrize("notify", ["NEVER", "SUCCESS", "SUCCESS,FAILURE,DELAY", "delay,Failure"])
def test_notify(notify):
    assert parameters.rcpt(BOB, f" NOTIFY={notify}", ALL).notify == notify.upper()


def test_original_recipient():
    assert parameters.rcpt(BOB, " ORCPT=rfc822;a+2Bb@c.example", ALL).orcpt == "rfc822;a+2Bb@c.example"


@pytest.mark.parametrize(
    "rest",
    [
        " NOTIFY=NEVER,DELAY", " NOTIFY=DELAY,DELAY", " NOTIFY=x", " NOTIFY=DELAY,", " ORCPT=x", " ORCPT=;x",
        " ORCPT=rfc822;",
        " ORCPT=rfc_822;x", " ORCPT=rfc822;a=b", " ORCPT=rfc822;" + "x" * 501,
    ],
)  # fmt: skip
def test_bad_parameters_of_a_recipient(rest):
    assert refusal(parameters.rcpt, BOB, rest) == replies.BAD_PARAMETER


@pytest.mark.parametrize(("rest", "offer"), [(" SIZE=1", ALL), (" NOTIFY=NEVER", NONE), (" ORCPT=rfc822;a", NONE)])
def test_a_parameter_that_a_recipient_does_not_have(rest, offer):
    assert refusal(parameters.rcpt, BOB, rest, offer) == replies.UNKNOWN_PARAMETER


# ── xtext ────────────────────────────────────────────────────────────────────


@given(st.text(alphabet="aF0+= é\x7f", max_size=8))
def test_xtext_can_be_read_back(text):
    valid = text.isascii() and text.isprintable() and " " not in text and "=" not in text
    valid = valid and all(len(p) >= 2 and set(p[:2]) <= set("0123456789ABCDEF") for p in text.split("+")[1:])
    assert is_xtext(text, 100) == valid


WORDS = st.lists(
    st.sampled_from(
        [" ", "=", "SIZE", "BODY", "8BITMIME", "RET", "FULL", "ENVID", "+2B", "1", "AUTH", "SMTPUTF8", "é", ","]
    ),
    max_size=10,
)


@given(WORDS.map("".join), st.sampled_from([ALL, NONE]))
def test_whatever_is_given_is_a_value_or_a_refusal(rest, offer):
    for parse in (parameters.mail, parameters.rcpt):
        try:
            event = parse(BOB, rest, offer)
        except Rejected as rejected:
            assert rejected.reply.code >= 500
        else:
            assert isinstance(event, Mail | Rcpt)
