"""What conditions may read at which phase."""

import pytest

from gatepost.model.address import Address, Domain
from gatepost.model.phase import Phase
from gatepost.model.samples import TLS13, connect, data, helo, mail, message, rcpt
from gatepost.policy.facts import DESCRIPTIONS, facts_at, facts_of

STAGES = {
    Phase.CONNECT: connect(),
    Phase.HELO: helo(tls=TLS13),
    Phase.MAIL: mail(),
    Phase.RCPT: rcpt(),
    Phase.DATA: data(("bob@example.com", "carol@example.com")),
    Phase.MESSAGE: message(),
}


@pytest.mark.parametrize("phase", Phase)
def test_a_stage_has_what_its_phase_promises_and_nothing_else(phase):
    facts = facts_of(STAGES[phase])
    assert {name: type(value) for name, value in facts.items()} == facts_at(phase)


@pytest.mark.parametrize("phase", Phase)
def test_every_fact_is_described(phase):
    assert all(says.endswith(".") for _, says in DESCRIPTIONS[phase].values())


def test_a_phase_knows_all_that_was_known_before():
    for earlier, later in zip(Phase, list(Phase)[1:], strict=False):
        assert facts_at(earlier).items() <= facts_at(later).items()


def test_the_client():
    facts = facts_of(helo("client.example.net", client_ip="2001:db8:1:2::3", tls=TLS13))
    assert facts["client.ip"] == "2001:db8:1:2::3"
    assert facts["client.network"] == "2001:db8:1::/48"
    assert facts["client.helo"] == "client.example.net"
    assert (facts["tls.used"], facts["tls.version"], facts["tls.bits"]) == (True, "TLSv1.3", 256)


def test_in_clear_tls_facts_are_empty():
    facts = facts_of(helo())
    assert (facts["tls.used"], facts["tls.version"], facts["tls.cipher"], facts["tls.bits"]) == (False, "", "", 0)


def test_the_sender():
    facts = facts_of(mail("Ann@example.net", user="ann"))
    assert facts["sender.address"] == "Ann@example.net"
    assert (facts["sender.local"], facts["sender.domain"], facts["sender.is_null"]) == ("Ann", "example.net", False)
    assert facts["client.user"] == "ann"


def test_the_null_sender_is_empty_texts():
    facts = facts_of(mail(""))
    assert [facts[f"sender.{part}"] for part in ("address", "local", "domain")] == ["", "", ""]
    assert facts["sender.is_null"] is True


def test_the_recipient_of_rcpt():
    facts = facts_of(rcpt("bob@example.com"))
    assert [facts[f"recipient.{part}"] for part in ("address", "local", "domain")] == [
        "bob@example.com",
        "bob",
        "example.com",
    ]


def test_the_bare_postmaster_has_no_domain():
    facts = facts_of(rcpt("postmaster"))
    assert (facts["recipient.address"], facts["recipient.domain"]) == ("postmaster", "")


def test_the_only_recipient_of_a_message_is_the_recipient():
    assert facts_of(message())["recipient.address"] == "bob@example.com"


def test_of_several_recipients_the_one_decided_for_is_the_recipient():
    two = message(recipients=("bob@example.com", "carol@example.com"))
    assert facts_of(two)["recipient.address"] == ""
    assert facts_of(two, Address("carol", Domain("example.com")))["recipient.address"] == "carol@example.com"
    assert facts_of(two)["recipients"] == ["bob@example.com", "carol@example.com"]


def test_the_size_is_that_of_the_message():
    at = message()
    assert facts_of(at)["message.size"] == at.message.size
