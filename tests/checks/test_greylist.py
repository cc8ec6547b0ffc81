"""First contacts wait once; who has come back never waits again; and nobody waits whom it would hurt."""

import pytest
from pydantic import ValidationError

from gatepost.auth.reputation import History, Repute
from gatepost.auth.spf.result import Spf, SpfResult
from gatepost.checks.greylist import FIRST_CONTACTS, SETTLED, Config, Greylist
from gatepost.engine.catalogue import check_classes
from gatepost.model.finding import Findings
from gatepost.model.samples import found, rcpt
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock, FakeCounters, FakeLists, FakeMemory

HOUR, DAY = 3600.0, 86_400.0


class Gateway:
    """One greylist that clients come to; `offers` is what one is told to wait, "" if nothing."""

    def __init__(self, files=None, **settings):
        self.clock = FakeClock()
        self.memory = FakeMemory(self.clock)
        self.counters = FakeCounters(self.clock)
        config = Config(enabled=True, **settings)
        self.check = Greylist(config, self.memory, self.counters, FakeLists(files))

    async def offers(self, recipient="bob@example.com", **more):
        report = await self.check(rcpt(recipient, now=self.clock.now(), **more))
        return report.findings[0].detail if report.findings else ""

    async def passes(self, **more):
        """Comes and comes back; whether it had to wait, and has passed."""
        first = await self.offers(**more)
        self.clock.advance(15 * 60)
        return bool(first) and not await self.offers(**more)


def vouched(domain="example.net", **more):
    return Findings(values=(SpfResult(**{"result": Spf.PASS, "domain": domain, **more}),))


@pytest.fixture
def gateway():
    return Gateway()


async def test_a_first_contact_waits_and_is_told_for_how_long(gateway):
    assert await gateway.offers() == "60 s (192.0.2.0/24 is not known yet)"
    gateway.clock.advance(50)
    assert (await gateway.offers()).startswith("10 s")
    gateway.clock.advance(9.7)
    assert (await gateway.offers()).startswith("1 s")
    gateway.clock.advance(0.3)
    assert await gateway.offers() == ""


async def test_who_asks_too_early_does_not_begin_anew(gateway):
    for _ in range(6):
        assert await gateway.offers()
        gateway.clock.advance(10)
    assert await gateway.offers() == ""


async def test_who_has_passed_is_known_for_all_senders_and_recipients(gateway):
    assert await gateway.passes()
    assert await gateway.offers("carol@example.com", sender="new@example.org") == ""


async def test_another_network_waits_for_itself(gateway):
    assert await gateway.passes()
    assert await gateway.offers(client_ip="198.51.100.7")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
async def test_a_client_is_known_by_the_network_around_it(gateway, one, other, same):
    assert await gateway.passes(client_ip=one)
    assert (await gateway.offers(client_ip=other) == "") is same


async def test_a_farm_that_spf_vouches_for_waits_once(gateway):
    assert "example.net is not known" in await gateway.offers(client_ip="192.0.2.1", so_far=vouched())
    gateway.clock.advance(HOUR)
    assert await gateway.offers(client_ip="198.51.100.7", so_far=vouched()) == ""
    assert await gateway.offers("carol@example.com", client_ip="203.0.113.9", so_far=vouched()) == ""


async def test_a_weak_pass_and_a_domain_only_claimed_are_known_by_their_network(gateway):
    for so_far in (vouched(is_weak=True), vouched(result=Spf.SOFTFAIL), found()):
        assert "192.0.2.0/24" in await gateway.offers(so_far=so_far)


async def test_who_vouches_for_himself_does_not_make_his_network_known(gateway):
    assert await gateway.passes(so_far=vouched())
    assert await gateway.offers(sender="x@example.org")
    assert await gateway.offers(so_far=vouched("example.org"))


# ── settings ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("after", "waits"), [(299, True), (300, False)])
async def test_delay(after, waits):
    gateway = Gateway(delay="5m")
    await gateway.offers()
    gateway.clock.advance(after)
    assert bool(await gateway.offers()) is waits


@pytest.mark.parametrize(("after", "waits"), [(DAY, False), (DAY + 1, True)])
async def test_window(after, waits):
    gateway = Gateway(window="1d")
    await gateway.offers()
    gateway.clock.advance(after - 0.01)
    assert bool(await gateway.offers()) is waits


async def test_who_comes_back_too_late_begins_anew(gateway):
    await gateway.offers()
    gateway.clock.advance(3 * DAY)
    assert (await gateway.offers()).startswith("60 s")
    gateway.clock.advance(61)
    assert await gateway.offers() == ""


@pytest.mark.parametrize(("after", "waits"), [(9 * DAY, False), (10 * DAY + 1, True)])
async def test_remembered(after, waits):
    gateway = Gateway(remembered="10d")
    assert await gateway.passes()
    gateway.clock.advance(after)
    assert bool(await gateway.offers()) is waits


async def test_who_is_heard_of_once_in_a_while_stays_known():
    gateway = Gateway(remembered="10d")
    assert await gateway.passes()
    for _ in range(9):
        gateway.clock.advance(9 * DAY)
        assert await gateway.offers(sender="new@example.org") == ""


async def test_passes():
    gateway = Gateway(passes=3)
    for sender in ("a@x.example", "b@x.example", "c@x.example"):
        assert await gateway.passes(sender=sender)
    assert await gateway.offers(sender="d@x.example") == ""


async def test_before_that_a_contact_that_has_passed_is_known_for_itself():
    gateway = Gateway(passes=3)
    assert await gateway.passes(sender="a@x.example")
    for _ in range(5):
        assert await gateway.offers(sender="a@x.example") == ""
    assert await gateway.offers(sender="b@x.example")


async def test_recipients_of_a_domain_wait_together_or_each_for_himself():
    together, each = Gateway(passes=9), Gateway(passes=9, recipient="address")
    assert await together.passes() and await each.passes()
    assert await together.offers("carol@example.com") == ""
    assert await each.offers("carol@example.com")


async def test_case_does_not_matter():
    gateway = Gateway(passes=9, recipient="address")
    assert await gateway.passes(sender="Ann@example.net")
    assert await gateway.offers("BOB@example.com", sender="ann@example.net") == ""


@pytest.mark.parametrize(
    ("key", "entry", "file"),
    [
        ("exempt_clients", "192.0.2.0/24", "/clients"),
        ("exempt_senders", "@example.net", "/senders"),
        ("exempt_recipients", "bob@example.com", "/recipients"),
    ],
)
async def test_exceptions_wait_for_nothing(key, entry, file):
    assert await Gateway(**{key: (entry,)}).offers() == ""
    assert await Gateway({file: (entry,)}, **{f"{key}_file": file}).offers() == ""
    other = {"client_ip": "198.51.100.7", "sender": "ann@example.org"}
    assert await Gateway(**{key: (entry,)}).offers("carol@example.com", **other)


@pytest.mark.parametrize(
    "wrong",
    [{"delay": 0}, {"delay": "7h"}, {"window": "1m"}, {"delay": "1h", "window": "1h"}, {"remembered": "1h"},
     {"passes": 0}, {"passes": 21}, {"recipient": "nobody"}],
)  # fmt: skip
def test_settings_that_would_delay_for_ever_are_mistakes(wrong):
    with pytest.raises(ValidationError):
        Config(**wrong)


def test_it_is_off_unless_it_is_wanted():
    assert not Config().enabled


# ── whom it would hurt ───────────────────────────────────────────────────────
async def test_a_callback_of_another_server_is_answered_at_once(gateway):
    assert await gateway.offers(sender="") == ""


async def test_who_has_logged_in_is_not_delayed(gateway):
    assert await gateway.offers(user="bob") == ""


@pytest.mark.parametrize("code", sorted(SETTLED))
async def test_where_the_answer_is_known_nothing_is_delayed_or_remembered(gateway, code):
    assert await gateway.offers(so_far=found(code)) == ""
    assert not gateway.memory.kept


def test_these_answers_are_codes_of_checks():
    assert {kind.code for cls in check_classes().values() for kind in cls.spec.kinds} >= SETTLED


@pytest.mark.parametrize(("good", "waits"), [(5, False), (4, True)])
async def test_who_is_known_for_good_mail_is_not_delayed(gateway, good, waits):
    so_far = found(values=(Repute("192.0.2.0/24", History(good=good)),))
    assert bool(await gateway.offers(so_far=so_far)) is waits


async def test_without_a_memory_nobody_is_told_to_wait(gateway):
    gateway.memory.down = True
    with pytest.raises(Unavailable):
        await gateway.offers()
    assert gateway.check.spec.if_unavailable.value == "open"


# ── bounds ───────────────────────────────────────────────────────────────────
async def test_one_network_cannot_fill_the_memory(gateway):
    for number in range(3 * FIRST_CONTACTS):
        assert await gateway.offers(sender=f"{number}@x.example")
    assert len(gateway.memory.kept) == FIRST_CONTACTS


async def test_after_such_a_flood_a_good_sender_there_still_passes(gateway):
    for number in range(3 * FIRST_CONTACTS):
        await gateway.offers(sender=f"{number}@x.example")
    assert await gateway.offers()
    gateway.clock.advance(HOUR + 1)
    assert await gateway.offers()
    gateway.clock.advance(HOUR)
    assert await gateway.offers() == ""


async def test_keys_are_short_and_tell_no_addresses(gateway):
    await gateway.offers(sender=f"{'a' * 64}@{'x' * 180}.example")
    (key,) = gateway.memory.kept
    assert len(key) < 64 and "aaa" not in key and "bob" not in key
