"""Who is known, who becomes known, and what makes nobody known."""

import pytest

from gatepost.auth.author import Author, Standing
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.correspondent import FROM_ANN, MANY, SIGNED, Config, Correspondent, CorrespondentSent
from gatepost.model.samples import PLAIN_HEADER, found, message
from gatepost.testing.fake_spam_filter import FakeCorrespondents
from gatepost.testing.stages import OWN

BOTH = found(values=(FROM_ANN, SIGNED))


def sent(header=PLAIN_HEADER, **more):
    known = FakeCorrespondents({})
    at = message(header, **{"sender": "bob@example.com", "recipients": ("ann@example.net",), **more})
    assert not CorrespondentSent(Config(), known, OWN)(at).findings
    return known.pairs


def asked(at):
    known = FakeCorrespondents({"bob@example.com": ("ann@example.net",)})
    return [finding.code for finding in Correspondent(Config(), known)(at).findings]


def test_a_letter_makes_its_recipients_known_to_its_sender():
    pairs = sent(recipients=("ann@example.net", "carol@example.com", "eve@example.org"))
    assert pairs == {("bob@example.com", "ann@example.net"), ("bob@example.com", "eve@example.org")}


@pytest.mark.parametrize(
    "field",
    [
        b"Auto-Submitted: auto-replied", b"auto-submitted: auto-generated; x=y", b"X-Autoreply: yes",
        b"Precedence: bulk", b"Precedence: Auto_Reply", b"List-Id: <list.example.com>",
    ],
)  # fmt: skip
def test_what_writes_itself_makes_nobody_known(field):
    assert sent(PLAIN_HEADER + field + b"\r\n") == set()


@pytest.mark.parametrize("field", [b"Auto-Submitted: no", b"Auto-Submitted: No; x=y", b"Precedence: first-class"])
def test_a_letter_may_say_that_it_is_one(field):
    assert len(sent(PLAIN_HEADER + field + b"\r\n")) == 1


def test_neither_bounces_nor_strangers_nor_mail_to_many_make_anybody_known():
    assert sent(sender="") == set()
    assert sent(sender="ann@example.org") == set()
    assert sent(recipients=tuple(f"u{number}@example.net" for number in range(MANY + 1))) == set()


def test_spf_proves_an_author_of_that_very_domain_only():
    passed = SpfResult(result=Spf.PASS, domain="example.net")
    other = SpfResult(result=Spf.PASS, domain="example.org")
    assert asked(message(so_far=found(values=(FROM_ANN, passed)))) == ["correspondent.known"]
    assert asked(message(so_far=found(values=(FROM_ANN, other)))) == []


def test_two_authors_are_nobody_in_particular():
    two = Author(Standing.SEVERAL, FROM_ANN.mailboxes * 2)
    assert asked(message(so_far=found(values=(two, SIGNED)))) == []


def test_nobody_is_known_to_a_crowd():
    crowd = ("bob@example.com", *(f"u{number}@example.com" for number in range(MANY)))
    assert asked(message(recipients=crowd, so_far=BOTH)) == []
    assert asked(message(recipients=crowd[:MANY], so_far=BOTH)) == ["correspondent.known"]
