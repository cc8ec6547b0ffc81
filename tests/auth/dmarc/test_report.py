"""The words of aggregate reports: RFC 9990 §3.1."""

from gatepost.auth.dmarc.report import Disposition, OverrideReason


def test_the_reasons_are_those_of_rfc_9990_and_two_of_rfc_7489():
    assert {reason.value for reason in OverrideReason} == {
        "local_policy", "mailing_list", "other", "policy_test_mode", "trusted_forwarder", "forwarded", "sampled_out",
    }  # fmt: skip


def test_the_dispositions_are_those_of_rfc_9990():
    assert {disposition.value for disposition in Disposition} == {"none", "pass", "quarantine", "reject"}
