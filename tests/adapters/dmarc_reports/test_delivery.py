"""Who gets a report, and what becomes of one try."""

from email import message_from_bytes

import pytest

from gatepost.adapters.dmarc_reports.delivery import Fate, addressees, deliver
from gatepost.auth.dmarc.discovery import Discovery
from gatepost.model.reply import Reply
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns
from gatepost.testing.fakes import FakeBackend
from tests.adapters.dmarc_reports.test_outbox import pending
from tests.auth.dmarc.test_reporting import REPORTER

A, B = "a@example.net", "b@collector.example"
RUA = f"v=DMARC1; p=reject; rua=mailto:{A},mailto:{B}"


def policy(record, **more):
    return FakeDns({"_dmarc.example.net": {"TXT": [record]}, **more})


async def asked(dns, octets=1000):
    return [str(each) for each in await addressees(dns, "example.net", Discovery.TREE_WALK, octets)]


async def test_the_record_says_who_wants_it_and_strangers_have_to_agree():
    consent = {"example.net._report._dmarc.collector.example": {"TXT": ["v=DMARC1"]}}
    assert await asked(policy(RUA, **consent)) == [A, B]
    assert await asked(policy(RUA)) == [A]


@pytest.mark.parametrize("dns", [FakeDns(), policy("v=DMARC1; p=reject"), policy("hello")])
async def test_a_domain_that_asks_for_none_gets_none(dns):
    assert await asked(dns) == []


async def test_who_wants_small_ones_gets_no_large_one():
    dns = policy("v=DMARC1; p=none; rua=mailto:a@example.net!1k")
    assert (await asked(dns, 1024), await asked(dns, 1025)) == ([A], [])


async def test_an_address_that_not_every_server_takes_is_left_out():
    assert await asked(policy("v=DMARC1; p=none; rua=mailto:%C3%A4@example.net,mailto:a@example.net")) == [A]


async def test_without_an_answer_it_is_not_known():
    dns = FakeDns({"_dmarc.example.net": None})
    with pytest.raises(Unavailable):
        await asked(dns)


async def test_each_gets_a_mail_of_his_own_that_names_all():
    backend = FakeBackend()
    outcome = await deliver(backend, pending(to=(A, B), left=(B,)), REPORTER, B, 0.0)
    ((envelope, octets),) = backend.messages
    assert (outcome.fate, [str(r) for r in envelope.recipients]) == (Fate.SENT, [B])
    assert (str(envelope.sender), envelope.size, envelope.body) == ("dmarc@example.com", len(octets), "7BIT")
    assert message_from_bytes(octets)["To"].replace("\r\n", "") == f"{A}, {B}"


@pytest.mark.parametrize(
    ("reply", "fate"),
    [(Reply(451, "4.3.0", "Later"), Fate.LATER), (Reply(550, "5.1.1", "Nobody"), Fate.REFUSED)],
)
async def test_what_the_server_says_decides(reply, fate):
    outcome = await deliver(FakeBackend(refused={A: reply}), pending(to=(A,)), REPORTER, A, 0.0)
    assert (outcome.fate, outcome.reply) == (fate, f"192.0.2.25:25: {reply}")


async def test_a_server_that_cannot_be_reached_is_nobodys_fault():
    backend = FakeBackend()
    backend.down = True
    with pytest.raises(Unavailable):
        await deliver(backend, pending(to=(A,)), REPORTER, A, 0.0)
