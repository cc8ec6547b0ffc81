import pytest

from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.auth.dmarc.evaluate import DmarcResult, Outcome
from gatepost.auth.dmarc.judged import DmarcJudged
from gatepost.auth.dmarc.report import Override, OverrideReason
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.own_domain import Config, OwnAuthor, OwnDomain
from gatepost.model.address import Address, Domain
from gatepost.model.samples import found, message
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.mailbox_list import Mailbox
from gatepost.testing.fakes import FakeLists
from gatepost.testing.stages import OWN

ELSEWHERE = SpfResult(result=Spf.PASS, domain="example.net")
OURS = SpfResult(result=Spf.PASS, domain="example.com")


def author(domain="example.com", standing=Standing.ONE):
    return Author(standing, (Mailbox("", Address("director", Domain(domain))),))


def asked(*values, sender="ann@example.net", client_ip="192.0.2.99", **settings):
    at = message(sender=sender, client_ip=client_ip, so_far=found(values=values))
    report = OwnAuthor(Config.model_validate(settings), OWN, FakeLists())(at)
    return [finding.code for finding in report.findings]


UNPROVEN = ["own_author.unproven"]


def test_an_envelope_sender_of_ours_needs_proof_too():
    forged = SpfResult(result=Spf.FAIL, domain="example.com")
    assert asked(author("example.net"), forged, sender="bob@example.com") == UNPROVEN
    assert asked(author("example.net"), OURS, sender="bob@example.com") == []


def test_spf_for_another_domain_proves_nothing():
    assert asked(author(), ELSEWHERE) == UNPROVEN


def test_a_signature_of_a_name_within_our_domain_proves_it():
    signed = DkimResults((DkimResult(reason=Reason.VERIFIED, domain="mail.example.com"),))
    assert asked(author(), ELSEWHERE, signed) == []


def test_AUTHN_39_an_spf_pass_for_everybody_proves_nothing():
    weak = SpfResult(result=Spf.PASS, domain="example.com", is_weak=True)
    assert asked(author(), weak) == UNPROVEN


@pytest.mark.parametrize(
    "judged",
    [
        DmarcJudged((DmarcResult(outcome=Outcome.PASS, author="example.com", reason=""),)),
        DmarcJudged(
            (DmarcResult(outcome=Outcome.FAIL, author="example.com", reason=""),),
            (Override(OverrideReason.MAILING_LIST, "comes from lists.example"),),
        ),
    ],
    ids=["passes", "overridden"],
)
def test_what_dmarc_lets_pass_is_spared(judged):
    assert asked(author(), ELSEWHERE, judged) == []


def test_while_something_might_still_prove_it_nothing_is_said():
    for undecided in (
        SpfResult(result=Spf.TEMPERROR, domain="example.com"),
        DkimResults((DkimResult(reason=Reason.NO_ANSWER, domain="example.com"),)),
    ):
        with pytest.raises(Unavailable):
            asked(author(), undecided)


def test_exceptions_are_clients_and_addresses():
    assert asked(author(), ELSEWHERE, exceptions=("192.0.2.0/24",)) == []
    assert asked(author(), ELSEWHERE, exceptions=("director@example.com",)) == []
    assert asked(author(), ELSEWHERE, exceptions=("bob@example.com",)) == UNPROVEN


def test_without_sender_authentication_there_is_nothing_to_go_by():
    assert asked(author()) == []


def test_an_author_who_is_not_clear_is_no_claim():
    assert asked(author(standing=Standing.REPEATED), ELSEWHERE) == []


def test_each_mode_has_its_phase():
    always, unless = Config.model_validate({"mode": "always"}), Config()
    assert OwnAuthor(always, OWN, FakeLists()).is_idle() and not OwnAuthor(unless, OWN, FakeLists()).is_idle()
    assert OwnDomain(unless, OWN, FakeLists()).is_idle() and not OwnDomain(always, OWN, FakeLists()).is_idle()
