import pytest
from msgspec import structs

from gatepost.auth.arc.chain import ArcChain, ArcReason, Sealer
from gatepost.auth.author import Author, Standing
from gatepost.auth.dkim.result import DkimResult, DkimResults, Reason
from gatepost.auth.dmarc.judged import DmarcJudged
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.dmarc import Config, Dmarc
from gatepost.model.address import Address, Domain
from gatepost.model.samples import found, message
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.mailbox_list import Mailbox
from gatepost.testing.fake_dns import FakeDns

NAMES = {
    "_dmarc.a.example": {"TXT": ["v=DMARC1; p=reject"]},
    "_dmarc.b.example": {"TXT": ["v=DMARC1; p=none"]},
    "_dmarc.silent.example": None,
}
SPF = SpfResult(result=Spf.PASS, domain="a.example")


def stage(*domains, values=()):
    people = tuple(Mailbox("", Address("x", Domain(domain))) for domain in domains)
    standing = Standing.ONE if len(people) == 1 else Standing.SEVERAL
    return message(so_far=found(values=(Author(standing, people), *values)))


async def asked(at, **settings):
    return await Dmarc(Config.model_validate(settings), FakeDns(NAMES))(at)


def codes(report):
    return [finding.code for finding in report.findings]


async def test_a_message_of_two_authors_has_to_pass_for_both():
    report = await asked(stage("a.example", "b.example", values=(SPF,)))
    assert codes(report) == ["dmarc.fail"]
    assert [result.author for result in report.value.results] == ["a.example", "b.example"]
    assert codes(await asked(stage("b.example", "a.example"))) == ["dmarc.reject"]


async def test_without_an_answer_the_result_is_left_all_the_same():
    with pytest.raises(Unavailable) as raised:
        await asked(stage("silent.example"))
    assert isinstance(raised.value.value, DmarcJudged)


async def test_a_refusal_that_is_certain_does_not_wait_for_the_other_author():
    assert codes(await asked(stage("silent.example", "a.example"))) == ["dmarc.reject"]


async def test_a_trusted_sealer_speaks_for_it():
    sealer = Sealer(instance=1, domain="list.example", selector="s", results="mx; dmarc=pass header.from=a.example")
    chain = ArcChain(reason=ArcReason.VERIFIED, instance=1, sealers=(sealer,))
    at = stage("a.example", values=(chain,))
    report = await asked(at, trusted_sealers=["List.example"])
    assert codes(report) == ["dmarc.overridden"] and "list.example" in report.findings[0].detail
    assert codes(await asked(at)) == ["dmarc.reject"]


async def test_a_mailing_list_of_ours_is_known_by_its_signature_too():
    signed = DkimResults((DkimResult(reason=Reason.VERIFIED, domain="lists.example"),))
    at = stage("a.example", values=(signed,))
    assert codes(await asked(at, mailing_lists=["lists.example"])) == ["dmarc.overridden"]
    assert codes(await asked(at, mailing_lists=["other.example"])) == ["dmarc.reject"]


async def test_what_spf_could_not_say_is_not_held_against_the_message():
    unknown = SpfResult(result=Spf.TEMPERROR, domain="a.example")
    with pytest.raises(Unavailable):
        await asked(stage("a.example", values=(unknown,)))


async def test_the_public_suffix_list_can_be_used_instead_of_the_walk():
    dns = FakeDns(NAMES)
    await Dmarc(Config.model_validate({"organizational_domain": "public-suffix-list"}), dns)(stage("x.y.a.example"))
    assert dns.asked == [("TXT", "_dmarc.x.y.a.example"), ("TXT", "_dmarc.a.example")]


async def test_DOS_16_questions_for_one_message_are_counted():
    many = stage(*(f"a.b.c.d.e.f.g.x{number}.example" for number in range(5)))
    dns = FakeDns(NAMES)
    with pytest.raises(Unavailable):
        await Dmarc(Config.model_validate({"lookups": 10}), dns)(many)
    assert len(dns.asked) == 10


async def test_who_has_logged_in_is_not_asked():
    assert codes(await asked(structs.replace(stage("a.example"), user="bob"))) == []
