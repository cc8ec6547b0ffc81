"""What is said of a chain."""

import pytest

from gatepost.auth.arc.chain import ArcChain, ArcReason, ArcResult
from gatepost.auth.dkim.result import Reason

OTHERS = set(ArcReason) - {ArcReason.NO_SETS, ArcReason.VERIFIED}


def test_there_is_one_way_to_pass_and_one_to_have_no_chain():
    assert ArcChain(reason=ArcReason.VERIFIED).result is ArcResult.PASS
    assert ArcChain(reason=ArcReason.NO_SETS).result is ArcResult.NONE


@pytest.mark.parametrize("reason", sorted(OTHERS, key=lambda reason: reason.name))
def test_all_else_is_a_failure_with_a_phrase_that_can_be_printed(reason):
    assert ArcChain(reason=reason).result is ArcResult.FAIL
    assert reason.value.isprintable() and reason.value.isascii()


def test_only_a_missing_answer_leaves_it_undecided():
    assert ArcChain(reason=ArcReason.SEAL, signature=Reason.NO_ANSWER).is_undecided
    assert not ArcChain(reason=ArcReason.SEAL, signature=Reason.SIGNATURE).is_undecided
    assert not ArcChain(reason=ArcReason.ENDED).is_undecided
