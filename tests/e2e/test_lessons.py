"""What teaches the spam filter by itself, from the wire to what `gatepost learn status` counts."""

import pytest

from gatepost.adapters.spam_model.report import status
from gatepost.auth.samples import BODY, signed
from gatepost.ports.unavailable import Unavailable
from tests.e2e.house import letter, said
from tests.servers.loopback import HOST, free_port, wait_until

pytestmark = pytest.mark.servers

TRAP = "old-desk@example.test"
LOOKING = {"mime": {"enabled": True}}
SOON = 60.0  # seconds in which the housekeeper has had its turn


def taught(mine):
    """Source → ham and spam."""
    try:
        found = status(mine.gateway.directory / "data" / "learn")
    except Unavailable:  # it is being made
        return {}
    return {source.name: (source.ham, source.spam) for source in found.sources}


def test_what_comes_to_a_trap_is_refused_for_all_and_teaches(house):
    mine = house({"checks": {**LOOKING, "spam_trap": {"addresses": [TRAP]}}})
    assert said(mine.gateway.port, b"ann@example.net", b"nobody@example.test", b"").startswith("550 5.1.1")
    content = signed() + b"\r\n" + BODY
    assert said(mine.gateway.port, b"ann@example.net", TRAP.encode(), content).startswith(
        "550 5.7.1 Message refused as"
    )
    assert not mine.mailbox.received
    wait_until(lambda: taught(mine) == {"trap": (0, 1)}, seconds=SOON, what=lambda: f"learned: {taught(mine)}")


def test_who_was_written_to_is_known_when_he_answers_and_his_answer_teaches(house):
    port = free_port()
    outbound = {"bind": [f"{HOST}:{port}"], "role": "internal", "relay": "mail", "relay_from": [f"{HOST}/32"]}
    without = {"sender_domain": {"enabled": False}, "lookalike": {"enabled": False}}  # these names are no real ones
    mine = house({"checks": {**LOOKING, **without}, "listeners": {"outbound": outbound}})
    answer = signed() + b"\r\n" + BODY
    assert said(mine.gateway.port, b"ann@example.net", b"rcpt@example.test", answer).startswith("250")
    automatic = letter("rcpt@example.test", "Auto-Submitted: auto-replied") + b"\r\nI am away.\r\n"
    assert said(port, b"rcpt@example.test", b"ann@example.net", automatic).startswith("250")
    assert said(mine.gateway.port, b"ann@example.net", b"rcpt@example.test", answer).startswith("250")
    assert taught(mine) == {}
    written = letter("rcpt@example.test") + b"\r\nHi.\r\n"
    assert said(port, b"rcpt@example.test", b"ann@example.net", written).startswith("250")
    assert said(mine.gateway.port, b"ann@example.net", b"rcpt@example.test", answer).startswith("250")
    wait_until(lambda: taught(mine) == {"correspondent": (1, 0)}, seconds=SOON, what=lambda: f"learned: {taught(mine)}")
