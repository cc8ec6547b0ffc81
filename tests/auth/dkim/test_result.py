"""What is said of a signature."""

from gatepost.auth.dkim.result import DkimLimits, DkimResult, Reason, Result


def test_every_reason_has_a_phrase_of_its_own_that_can_be_printed():
    texts = [reason.text for reason in Reason]
    assert len(set(texts)) == len(texts) and all(text.isprintable() and text.isascii() for text in texts)


def test_only_one_reason_is_a_pass():
    assert [reason for reason in Reason if reason.result is Result.PASS] == [Reason.VERIFIED]


def test_only_a_domain_that_passed_can_align():
    assert DkimResult(reason=Reason.VERIFIED, domain="example.com").aligned_domain == "example.com"
    for reason in set(Reason) - {Reason.VERIFIED}:
        assert DkimResult(reason=reason, domain="example.com").aligned_domain == ""


def test_the_limits_are_those_of_rfc_8301():
    assert (DkimLimits().shortest, DkimLimits().longest) == (1024, 4096)
