"""Bounces of what was never sent: signed addresses, quoted messages, and what is spared."""

import pytest
from pydantic import ValidationError

from gatepost.auth.batv import BounceKeys, signed
from gatepost.auth.sent_mail import remember
from gatepost.checks.bounce import RECEIPT, Bounce, Config
from gatepost.model.check import Report
from gatepost.model.samples import PLAIN_HEADER, address, message
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock, FakeLists, FakeMemory
from gatepost.testing.stages import OWN

KEYS = BounceKeys(((0, b"correct horse battery staple"),))
NOW, DAY = 1704103200.0, 86_400.0
TODAY = 19_723
SIGNED = str(signed(address("bob@example.com"), KEYS, TODAY))
LATE = str(signed(address("bob@example.com"), KEYS, TODAY - 8))


async def found(*recipients, keys=KEYS, memory=None, sender="", header=PLAIN_HEADER, body=b"", files=None, **settings):
    check = Bounce(Config(**settings), keys, OWN, memory or FakeMemory(), FakeLists(files))
    at = message(header, sender=sender, recipients=recipients or ("bob@example.com",), body=body, now=NOW)
    answer = check(at)
    report = answer if isinstance(answer, Report) else await answer
    return [f"{finding.code}: {finding.detail}" for finding in report.findings]


async def sending(days=14, lifetime=7 * DAY):
    """A memory that has seen the domain send every day until now; the last message is <7@example.com>."""
    memory = FakeMemory(FakeClock(NOW))
    for ago in range(days, -1, -1):
        await remember(memory, f"old-{ago}@example.com", "example.com", NOW - ago * DAY, lifetime)
    await remember(memory, "7@example.com", "example.com", NOW, lifetime)
    return memory


async def test_a_bounce_to_an_address_that_was_not_signed():
    assert await found("bob@example.com") == ["bounce.unsigned: bob@example.com"]


async def test_a_bounce_to_the_signed_address():
    assert await found(SIGNED) == []


@pytest.mark.parametrize("recipient", [LATE, SIGNED.replace("bob", "rob"), "prvs=0730000000=bob@example.com"])
async def test_a_signature_that_is_over_or_forged_is_none(recipient):
    assert await found(recipient) == [f"bounce.unsigned: {recipient}"]


async def test_one_recipient_without_signature_is_enough():
    assert await found(SIGNED, "carol@example.com") == ["bounce.unsigned: carol@example.com"]


async def test_only_bounces_are_looked_at():
    assert await found("bob@example.com", sender="ann@example.net") == []


async def test_other_peoples_domains_are_their_business():
    assert await found("bob@example.org") == []


async def test_an_address_that_has_no_room_for_a_signature_is_spared():
    assert await found("a" * 49 + "@example.com") == []


async def test_a_read_receipt_is_spared():
    assert await found("bob@example.com", header=RECEIPT) == []


async def test_exceptions():
    recipient = "news@example.com"
    assert await found(recipient, exceptions=("news@example.com",)) == []
    assert await found(recipient, files={"/list": ("@example.com",)}, exceptions_file="/list") == []
    assert await found(recipient, exceptions=("other@example.com",)) == ["bounce.unsigned: news@example.com"]


async def test_without_secrets_no_bounce_needs_a_signature():
    assert await found("bob@example.com", keys=BounceKeys()) == []


async def test_a_message_that_went_out_comes_back():
    body = b"> Message-ID: <7@example.com>\r\n"
    assert await found(keys=BounceKeys(), memory=await sending(), body=body) == []


async def test_a_message_that_never_went_out_comes_back():
    body = b"> Message-ID: <8@example.com>\r\n"
    assert await found(keys=BounceKeys(), memory=await sending(), body=body, header=b"From: <>\r\n") == [
        "bounce.unknown: Message-IDs quoted: 1"
    ]


async def test_nothing_is_claimed_while_too_little_outbound_mail_has_been_seen():
    body = b"> Message-ID: <8@example.com>\r\n"
    assert await found(keys=BounceKeys(), memory=await sending(days=3), body=body) == []


@pytest.mark.parametrize(("lifetime", "codes"), [("3d", 1), ("10d", 0)])
async def test_lifetime_says_for_how_long_mail_must_have_been_seen(lifetime, codes):
    seconds = float(lifetime[:-1]) * DAY
    memory = await sending(days=5, lifetime=seconds)
    assert len(await found(keys=BounceKeys(), memory=memory, body=b"", lifetime=lifetime)) == codes


def test_signatures_hold_for_whole_days():
    assert (Config().days, Config(lifetime="36h").days, Config(lifetime="30d").days) == (7, 2, 30)


@pytest.mark.parametrize("wrong", [{"lifetime": "1h"}, {"lifetime": "31d"}, {"secret_file": 7}])
def test_settings_that_make_no_sense_are_mistakes(wrong):
    with pytest.raises(ValidationError):
        Config(**wrong)


async def test_with_the_memory_down_signatures_still_hold():
    memory = FakeMemory()
    memory.down = True
    assert await found(SIGNED, memory=memory) == []
    assert await found("bob@example.com", memory=memory) == ["bounce.unsigned: bob@example.com"]
    with pytest.raises(Unavailable):
        await found(keys=BounceKeys(), memory=memory)
