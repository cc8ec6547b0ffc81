"""What defects of a list of mailboxes amount to."""

import pytest

from gatepost.model.address import Address, Domain
from gatepost.syntax.mailbox_list import AMBIGUITIES, EVIDENCE, Defect, Mailbox, MailboxList

ONE = (Mailbox("", Address("a", Domain("example.com"))),)


def test_no_defect_is_both_odd_and_ambiguous():
    assert not EVIDENCE & AMBIGUITIES


@pytest.mark.parametrize("defect", Defect)
def test_a_defect_makes_a_list_odd_or_ambiguous_or_malformed(defect):
    found = MailboxList(ONE, (defect,))
    assert [found.the_one is not None, found.is_ambiguous, found.is_malformed].count(True) == 1


def test_the_one_is_the_only_one():
    assert MailboxList(ONE).the_one == ONE[0]
    assert MailboxList(ONE * 2).the_one is None and MailboxList(()).the_one is None
