"""Block lists from CONNECT to the end of the message, and what follows from them."""

import pytest

from gatepost.auth.author import Author, Standing
from gatepost.auth.blocklists.listing import Listings
from gatepost.auth.blocklists.samples import ON_A_LIST, answers, asking
from gatepost.checks.dnsbl import Config, Dnsbl, DnsblFrom, DnsblNames, DnsblRecipient
from gatepost.engine.catalogue import build, check_classes
from gatepost.engine.plan import phase_of
from gatepost.model.phase import Phase
from gatepost.model.samples import connect, found, mail, message, rcpt
from gatepost.policy.decide import decide
from gatepost.policy.ruleset import RuleSet
from gatepost.policy.settings import PolicySettings
from gatepost.policy.shipped import CheckInPlan, rules_for
from gatepost.ports.alarms import Alarms
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.stages import ports_in

BL = {"zone": "bl.example"}
DBL = {"zone": "dbl.example", "what": ["helo", "sender", "from"]}
WL = {"zone": "wl.example", "kind": "allow", "weight": 2}


class House:
    """The checks of one section over one DNS."""

    def __init__(self, *lists, client="127.0.0.2", names=("bad.example",), vouched="", **section):
        said = {"99.2.0.192": client}
        dns = answers("bl.example", said)["dns"] | answers("dbl.example", dict.fromkeys(names, "127.0.1.2"))["dns"]
        dns |= answers("wl.example", {"99.2.0.192": vouched})["dns"]
        self.ports = ports_in({"dns": dns})
        self.config = Config(**asking(*lists, **section))
        self.checks = {cls: self.made(cls) for cls in (Dnsbl, DnsblNames, DnsblRecipient, DnsblFrom)}

    def made(self, cls):
        return build(cls, self.config, self.ports)

    @property
    def asked(self):
        return [name for _, name in self.ports[Dns].asked]

    async def report(self, cls, at):
        answer = self.checks[cls](at)
        return answer if cls is DnsblRecipient else await answer

    async def codes(self, cls, at):
        return [finding.code for finding in (await self.report(cls, at)).findings]


# ── the client ───────────────────────────────────────────────────────────────
async def test_a_finding_has_the_points_of_its_list_and_says_what_was_seen():
    (finding,) = (await House({**BL, "weight": 3}).report(Dnsbl, connect())).findings
    assert finding.score == 3.0
    assert finding.detail == "192.0.2.99 on bl.example: 127.0.0.2"


async def test_an_allow_list_takes_points_away_and_the_block_list_counts():
    report = await House(BL, WL, vouched="127.0.5.1").report(Dnsbl, connect())
    assert [(finding.code, finding.score) for finding in report.findings] == [
        ("dnsbl.listed", 5.0), ("dnsbl.vouched", -2.0),
    ]  # fmt: skip
    assert sum(hit.points for hit in report.value.hits) == 3.0


async def test_one_that_exempts_leaves_nothing_of_block_lists():
    exempting = {**WL, "codes": [{"answer": "127.0.*.3", "exempt": True}]}
    report = await House(BL, exempting, vouched="127.0.5.3").report(Dnsbl, connect())
    assert [finding.code for finding in report.findings] == ["dnsbl.vouched"]
    assert [hit.list for hit in report.value.hits] == ["wl.example"]


@pytest.mark.parametrize("ip", ["10.0.0.7", "127.0.0.1", "fd00::1"])
async def test_private_clients_are_not_looked_up(ip):
    house = House(BL)
    assert await house.codes(Dnsbl, connect(ip)) == [] and house.asked == []


async def test_exempt_clients_are_not_looked_up():
    house = House(BL, DBL, exempt_clients=("192.0.2.0/24",))
    assert await house.codes(Dnsbl, connect()) == []
    assert await house.codes(DnsblNames, mail("x@bad.example")) == []
    assert await house.codes(DnsblFrom, message(b"From: x@bad.example\r\n")) == []
    assert house.asked == []


async def test_allowed_clients_are_not_looked_up():
    house = House(BL, DBL)
    allowed = found("access_client.allowed")
    assert await house.codes(Dnsbl, connect(so_far=allowed)) == []
    assert await house.codes(DnsblNames, mail("x@bad.example", so_far=allowed)) == []
    assert await house.codes(DnsblFrom, message(b"From: x@bad.example\r\n", so_far=allowed)) == []
    assert house.asked == []


async def test_a_list_without_answer_is_named_beside_what_others_say():
    house = House(BL, {"zone": "dead.example"})
    house.ports[Dns].names |= answers("dead.example", {})["dns"] | {"99.2.0.192.dead.example": None}
    report = await house.report(Dnsbl, connect())
    assert [(f.code, f.detail) for f in report.findings][1] == ("dnsbl.no_answer", "dead.example gives no answer")


async def test_a_resolver_that_is_refused_refuses_nobody_and_raises_an_alarm():
    house = House(BL, client="127.255.255.254")
    assert await house.codes(Dnsbl, connect()) == ["dnsbl.no_answer"]
    assert "it does not answer public resolvers" in house.ports[Alarms].up["dnsbl.bl.example"]


async def test_if_no_list_answers_there_is_no_answer():
    house = House(BL)
    house.ports[Dns].down = True
    with pytest.raises(Unavailable):
        await house.codes(Dnsbl, connect())


# ── names ────────────────────────────────────────────────────────────────────
async def test_helo_and_sender_are_looked_up_with_the_domain_that_was_registered():
    house = House(DBL)
    at = mail("x@news.bad.example", helo="MX.Bad.example")
    assert await house.codes(DnsblNames, at) == ["dnsbl_names.helo", "dnsbl_names.sender"]


@pytest.mark.parametrize(
    ("helo", "sender"),
    [("[192.0.2.99]", ""), ("mx1.example.com", "bob@example.com"), ("host", "x@[192.0.2.1]"), ("192.0.2.99", "")],
)
async def test_what_is_no_foreign_domain_is_not_looked_up(helo, sender):
    house = House(DBL)
    assert await house.codes(DnsblNames, mail(sender, helo=helo)) == [] and house.asked == []


async def test_from_is_looked_up_for_each_author():
    house = House(DBL, names=("bad.example", "worse.example"))
    header = b"From: a@bad.example, b@worse.example\r\nSender: a@bad.example\r\n"
    assert await house.codes(DnsblFrom, message(header)) == ["dnsbl_from.listed"] * 2 + ["dnsbl_from.reached"]


async def test_the_author_that_was_read_already_is_believed():
    house = House(DBL)
    nobody = found(values=(Author(Standing.MISSING),))
    assert await house.codes(DnsblFrom, message(b"From: x@bad.example\r\n", so_far=nobody)) == []


async def test_from_adds_up_with_what_was_said_before():
    house = House({**DBL, "weight": 2}, refuse_at=6)
    at = message(b"From: x@bad.example\r\n", so_far=found(values=(ON_A_LIST,)))
    report = await house.report(DnsblFrom, at)
    assert [finding.code for finding in report.findings] == ["dnsbl_from.listed", "dnsbl_from.reached"]
    assert report.findings[1].detail == "bad.example is on the block list dbl.example."
    assert await house.codes(DnsblFrom, message(b"From: x@bad.example\r\n")) == ["dnsbl_from.listed"]


async def test_who_has_logged_in_is_not_judged_by_his_address_or_names():
    house = House(BL, DBL)
    assert await house.codes(DnsblNames, mail("x@bad.example", user="bob")) == []
    assert await house.codes(DnsblRecipient, rcpt(user="bob", so_far=found(values=(ON_A_LIST,)))) == []
    assert await house.codes(DnsblFrom, message(b"From: x@bad.example\r\n", user="bob")) == []


# ── recipients ───────────────────────────────────────────────────────────────
async def test_the_refusal_says_who_is_where_and_why():
    (finding,) = (await House(BL).report(DnsblRecipient, rcpt(so_far=found(values=(ON_A_LIST,))))).findings
    assert finding.detail == "192.0.2.99 is on the block list bl.example. sends spam"


@pytest.mark.parametrize("recipient", ["abuse@example.com", "Postmaster", "POSTMASTER@example.com", "open@example.com"])
async def test_exempt_recipients_take_mail_from_everybody(recipient):
    house = House(BL, exempt_recipients=("open@example.com",))
    at = rcpt(recipient, so_far=found(values=(ON_A_LIST,)))
    assert await house.codes(DnsblRecipient, at) == ["dnsbl_recipient.exempt"]


async def test_the_names_that_are_exempt_can_be_others():
    house = House(BL, exempt_names=("noc",))
    at = [rcpt(f"{name}@example.com", so_far=found(values=(ON_A_LIST,))) for name in ("noc", "abuse")]
    assert [await house.codes(DnsblRecipient, each) for each in at] == [
        ["dnsbl_recipient.exempt"], ["dnsbl_recipient.reached"],
    ]  # fmt: skip


async def test_where_nothing_was_said_a_recipient_is_exempt_only_from_what_may_yet_come():
    assert await House(BL).codes(DnsblRecipient, rcpt("abuse@example.com")) == []
    assert await House(DBL).codes(DnsblRecipient, rcpt("abuse@example.com")) == ["dnsbl_recipient.exempt"]


@pytest.mark.parametrize(("refuse_at", "expected"), [(10, ["dnsbl_recipient.reached"]), (10.1, []), (0, [])])
async def test_all_lists_together_must_have_enough_points(refuse_at, expected):
    twice = Listings(ON_A_LIST.hits * 2)
    house = House(BL, refuse_at=refuse_at)
    assert await house.codes(DnsblRecipient, rcpt(so_far=found(values=(twice,)))) == expected


# ── which checks run ─────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("lists", "busy"),
    [
        ((), set()),
        ((BL,), {Dnsbl, DnsblRecipient}),
        (({"zone": "h.example", "what": ["helo"]},), {DnsblNames, DnsblRecipient}),
        (({"zone": "f.example", "what": ["from"]},), {DnsblFrom, DnsblRecipient}),
    ],
)
def test_a_check_without_a_list_is_left_out(lists, busy):
    assert {cls for cls, check in House(*lists).checks.items() if not check.is_idle()} == busy


# ── what follows ─────────────────────────────────────────────────────────────
def rules():
    plan = tuple(
        CheckInPlan(check=name, phase=phase_of(cls))
        for name, cls in check_classes().items()
        if cls.spec.settings in ("dnsbl", "access_client")
    )
    return RuleSet(rules_for(plan, PolicySettings()))


async def verdict(phase, house, cls, at):
    findings = (*at.so_far, *(await house.report(cls, at)).findings)
    return decide(phase, findings, rules())


async def test_a_listed_client_is_greeted_and_refused_at_rcpt():
    house = House(BL)
    listed = await house.report(Dnsbl, connect())
    assert decide(Phase.CONNECT, listed.findings, rules()).reply.code == 220
    known = found("dnsbl.listed", values=(listed.value,))
    refused = await verdict(Phase.RCPT, house, DnsblRecipient, rcpt(so_far=known))
    assert str(refused.reply) == "550 5.7.1 192.0.2.99 is on the block list bl.example."
    taken = await verdict(Phase.RCPT, house, DnsblRecipient, rcpt("abuse@example.com", so_far=known))
    assert taken.reply.code == 250


async def test_an_operator_who_allows_the_client_is_obeyed():
    known = found("access_client.allowed", values=(ON_A_LIST,))
    assert (await verdict(Phase.RCPT, House(BL), DnsblRecipient, rcpt(so_far=known))).reply.code == 250


async def test_a_text_of_ones_own_is_what_the_client_hears():
    house = House({**BL, "name": "Ours", "text": "{client} blocked by {list}: ask it@example.com"})
    listed = await house.report(Dnsbl, connect())
    refused = await verdict(Phase.RCPT, house, DnsblRecipient, rcpt(so_far=found(values=(listed.value,))))
    assert refused.reply.text == "192.0.2.99 blocked by Ours: ask it@example.com"


async def test_a_message_from_a_listed_domain_is_refused_but_not_for_an_exempt_recipient():
    house = House(DBL)
    at = message(b"From: x@bad.example\r\n")
    refused = await verdict(Phase.MESSAGE, house, DnsblFrom, at)
    assert str(refused.reply) == "550 5.7.1 bad.example is on the block list dbl.example."
    exempt = message(b"From: x@bad.example\r\n", so_far=found("dnsbl_recipient.exempt"))
    assert (await verdict(Phase.MESSAGE, house, DnsblFrom, exempt)).reply.code == 250
