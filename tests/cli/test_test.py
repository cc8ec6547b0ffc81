"""`gatepost test`: one message, every option, and what is said of it."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from gatepost.cli.main import run
from gatepost.testing.mailbox import Mailbox, Offer
from tests.config.texts import over, text
from tests.servers.loopback import free_port

MESSAGE = (
    b"Return-Path: <ann@partner.test>\nFrom: Ann <ann@partner.test>\nTo: Bob <bob@example.com>\n"
    b"Date: Mon, 1 Jan 2024 10:00:00 +0000\nSubject: Hi\nMessage-ID: <1@partner.test>\n\nHello\n.\nbye\n"
)
DATED = b"From: a@b.test\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n"


@pytest.fixture
def put(tmp_path, capsys):
    """Puts a message through a configuration; the exit code, and what was said."""
    mail = tmp_path / "mail.eml"
    mail.write_bytes(MESSAGE)
    (tmp_path / "recipients").write_text("bob@example.com\nann@example.com\n")
    known = {
        "gateway": {"data_dir": str(tmp_path / "data")},
        "domains": {"example.com": {"recipients": "staff"}},
        "directories": {"staff": {"type": "file", "path": str(tmp_path / "recipients")}},
        "checks": {"sender_domain": {"enabled": False}},  # no DNS knows these senders
    }

    def tested(*arguments, change=None, octets=None, file=None):
        config = tmp_path / "gatepost.toml"
        config.write_text(text(over(known, change or {})))
        if octets is not None:
            mail.write_bytes(octets)
        code = run(["test", str(file or mail), "-c", str(config), *arguments])
        return code, capsys.readouterr()

    return tested


@pytest.fixture
def put_json(put):
    def tested(*arguments, **more):
        code, said = put(*arguments, "--json", **more)
        return code, json.loads(said.out)

    return tested


def rule(action, **more):
    return {"policy": {"rules": [{"name": "own", "phase": "message", "when": "true", "action": action, **more}]}}


# ── verdicts ─────────────────────────────────────────────────────────────────
def test_a_message_that_would_be_taken_ends_with_0(put):
    code, said = put()
    assert code == 0
    assert said.out.startswith("What would become of it on listener inbound; nothing is delivered or recorded.\n")
    assert "\nDELIVERED  250 2.0.0 Message accepted " in said.out
    assert "no rule spoke against it" in said.out
    assert "\x1b" not in said.out


def test_a_message_that_would_be_refused_ends_with_1_and_says_why(put):
    code, said = put("--to", "nobody@example.com")
    assert code == 1
    assert "\nREFUSED  550 5.1.1 User unknown\n" in said.out
    assert "by the rule unknown-recipient, because recipient.unknown was" in said.out
    assert "Without the rule unknown-recipient the recipient would have been accepted" in said.out


def test_a_message_that_would_be_deferred_ends_with_1(put):
    code, said = put(change=rule("defer"))
    assert code == 1
    assert "\nDEFERRED  4" in said.out


@pytest.mark.parametrize(("action", "end"), [("tag", "delivered"), ("quarantine", "quarantined")])
def test_a_message_that_would_be_marked_or_held_is_taken(put_json, action, end):
    code, told = put_json(change=rule(action))
    assert (code, told["taken"], told["trace"]["end"]) == (0, True, end)


def test_a_rule_in_shadow_is_named_and_does_not_bite(put):
    code, said = put(change=rule("reject", shadow=True))
    assert code == 0
    assert "In shadow, so only recorded: own." in said.out


def test_a_rule_may_read_facts_of_the_attempt(put):
    bites = rule("reject", when="sender.domain == 'partner.test' && client.ip == '198.51.100.7'")
    assert put("--client-ip", "198.51.100.7", change=bites)[0] == 1
    assert put("--client-ip", "198.51.100.8", change=bites)[0] == 0


def test_some_recipients_refused_are_told_beside_those_taken(put):
    code, said = put("--to", "bob@example.com", "--to", "nobody@example.com", "--to", "x@elsewhere.test")
    assert code == 0
    assert "  delivered   bob@example.com\n" in said.out
    assert "  refused     nobody@example.com\n" in said.out
    assert "550 5.7.1 Relaying denied (rule relay)" in said.out


def test_the_tar_pit_is_told_and_not_waited_for(put):
    change = {"listeners": {"inbound": {"tarpit": {"delay": "100s"}}}}
    code, said = put("--to", "nobody@example.com", change=change)
    assert "held for 100 s" in said.out


# ── framing, size ────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("octets", "reply"),
    [
        (DATED + b"\r\na\rb\r\n", "550 5.6.11 Message contains bare CR or bare LF"),
        (DATED + b"\r\na\r.\r\nb\r\n", "550 5.6.11 Message contains bare CR or bare LF"),
        (DATED + b"\r\na\0b\r\n", "550 5.6.11 Message contains NUL"),
    ],
)
def test_what_breaks_the_protocol_is_refused_as_by_the_gateway(put_json, octets, reply):
    code, told = put_json("--to", "bob@example.com", octets=octets)
    assert (code, told["trace"]["reply"], told["explanation"]["by"]) == (1, reply, "protocol")
    assert len(told["notices"]) == 1


@pytest.mark.parametrize("end", [b"", b"\r\n", b".", b"\r\n.\r\n", b"\r\n."])
def test_the_end_of_the_file_ends_no_message_too_early(put_json, end):
    octets = DATED + b"\r\n.\r\n..\r\nlast" + end
    code, told = put_json("--to", "bob@example.com", octets=octets)
    whole = octets if octets.endswith(b"\r\n") else octets + b"\r\n"
    assert (code, told["trace"]["size"]) == (0, len(whole))


def test_a_large_message_is_spooled_and_taken(put_json):
    octets = DATED + b"\r\n" + b"0123456789abcdef\r\n" * 40_000
    assert put_json("--to", "bob@example.com", octets=octets)[1]["trace"]["size"] == len(octets)


def test_a_message_that_is_too_large_is_refused(put):
    change = {"listeners": {"inbound": {"limits": {"message_size": "64KiB"}}}}
    code, said = put("--to", "bob@example.com", octets=DATED + b"\r\n" + b"0123456789\r\n" * 10_000, change=change)
    assert code == 1
    assert "552 5.3.4 Message exceeds the maximum size" in said.out


def test_line_feeds_of_a_file_are_mended_with_a_notice(put):
    assert "Its lines end in LF" in put()[1].out


def test_an_eight_bit_message_and_an_eight_bit_address_are_announced(put_json):
    octets = "From: ä@b.test\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nä\r\n".encode()
    code, told = put_json("--from", "ä@b.test", "--to", "bob@example.com", octets=octets)
    assert code == 0
    assert told["trace"]["exchanges"][2]["reply"] == "250 2.1.0 Sender OK"


# ── the header ───────────────────────────────────────────────────────────────
def test_what_would_change_in_the_header_is_shown(put):
    out = put(octets=b"X-MS-Exchange-Organization-SCL: -1\n" + MESSAGE)[1].out
    head, _, lines = out.partition("What would change in the header\n")
    assert "  - X-MS-Exchange-Organization-SCL: -1\n" in lines
    assert lines.startswith("  + Authentication-Results: ")
    assert "  + Received: from client.example.net ([192.0.2.1])\n" in lines


def test_where_nobody_would_get_it_nothing_of_a_header_is_shown(put):
    assert "What would change" not in put("--to", "nobody@example.com")[1].out


# ── options ──────────────────────────────────────────────────────────────────
def test_sender_and_recipients_are_taken_from_the_header_where_none_are_given(put_json):
    _, told = put_json()
    assert (told["from"], told["to"]) == ("ann@partner.test", ["bob@example.com"])
    assert told["assumed"] == [
        "from ann@partner.test, as its Return-Path says",
        "to bob@example.com, as its To says",
    ]


@pytest.mark.parametrize("null", ["<>", ""])
def test_a_bounce_has_the_null_sender(put_json, null):
    _, told = put_json("--from", null)
    assert (told["from"], told["assumed"]) == ("", ["to bob@example.com, as its To says"])


def test_addresses_may_stand_in_brackets(put_json):
    _, told = put_json("--from", "<a@b.test>", "--to", "<ann@example.com>")
    assert (told["from"], told["to"]) == ("a@b.test", ["ann@example.com"])


def test_the_bare_postmaster_is_a_recipient(put_json):
    code, told = put_json("--to", "postmaster")
    assert (code, told["to"]) == (0, ["postmaster"])


@pytest.mark.parametrize("ip", ["198.51.100.7", "2001:db8::7"])
def test_a_client_that_is_denied_is_refused_at_once(put_json, ip):
    change = {"checks": {"access_client": {"deny": ["198.51.100.0/24", "2001:db8::/32"]}}}
    code, told = put_json("--client-ip", ip, change=change)
    assert (code, told["explanation"]["rule"], told["explanation"]["phase"]) == (1, "denied-client", "CONNECT")


def test_a_mapped_address_is_what_it_maps(put_json):
    assert put_json("--client-ip", "::ffff:198.51.100.7")[1]["trace"]["client_ip"] == "198.51.100.7"


def test_the_name_of_the_client_is_judged(put_json):
    code, told = put_json("--helo", "mx1.example.com")
    assert (code, told["explanation"]["rule"]) == (1, "helo-own-name")


def test_tls_may_be_had(put_json):
    pairs = [{"certificate": "/nonexistent/crt", "key": "/nonexistent/key"}]
    tls = {"certificates": pairs, "required_sender_domains": ["partner.test"]}
    change = {"listeners": {"inbound": {"tls": tls}}}
    assert put_json(change=change)[1]["explanation"]["reply"].startswith("530 5.7.0")
    assert put_json("--tls", change=change)[0] == 0


def test_a_listener_may_be_chosen(put_json):
    change = {
        "listeners": {
            "office": {"bind": ["127.0.0.1:2526"], "role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"]}
        }
    }
    arguments = ("--to", "x@elsewhere.test", "--client-ip", "10.0.0.7")
    assert put_json(*arguments, change=change)[1]["listener"] == "inbound"
    code, told = put_json(*arguments, "--listener", "office", change=change)
    assert (code, told["listener"]) == (0, "office")


def test_checks_that_count_are_left_out_and_named(put_json):
    assert put_json()[1]["not_asked"] == {
        "checks": ["campaign", "dkim_replay", "harvest", "rate", "rate_messages", "rate_recipients", "spam_lessons"],
        "directories": [],
    }


def test_the_message_may_come_from_standard_input(put, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(MESSAGE)))
    assert put(file="-")[0] == 0


# ── directories ──────────────────────────────────────────────────────────────
CALLOUT = {"directories": {"staff": None, "asked": {"type": "callout", "backend": "inside"}}}
BY_CALLOUT = over(CALLOUT, {"domains": {"example.com": {"recipients": "asked"}}})


async def test_a_mail_server_is_asked_for_recipients(put_json):
    import asyncio

    async with Mailbox(Offer(recipients=frozenset({"bob@example.com"}))) as server:
        change = over(BY_CALLOUT, {"backends": {"inside": {"hosts": [server.where]}}})
        assert (await asyncio.to_thread(put_json, change=change))[0] == 0
        code, told = await asyncio.to_thread(put_json, "--to", "ann@example.com", change=change)
    assert (code, told["explanation"]["rule"]) == (1, "unknown-recipient")
    assert server.received == []


def test_a_directory_that_does_not_answer_defers(put_json):
    change = over(BY_CALLOUT, {"backends": {"inside": {"hosts": [f"127.0.0.1:{free_port()}"]}}})
    code, told = put_json(change=change)
    assert (code, told["trace"]["end"], told["explanation"]["rule"]) == (1, "deferred", "recipient-unavailable")


def test_offline_no_server_is_asked_and_everybody_exists(put_json):
    code, told = put_json("--offline", change=BY_CALLOUT)
    assert (code, told["not_asked"]["directories"]) == (0, ["asked"])


def test_a_list_is_asked_offline_too(put):
    assert put("--offline", "--to", "nobody@example.com")[0] == 1


# ── mistakes ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--client-ip", "mail.example.net"], '"mail.example.net" is no IP address'),
        (["--helo", "a b"], '"a b" is no name a client could say'),
        (["--from", "ann"], '"ann" is no address (no domain)'),
        (["--to", "bob@"], '"bob@" is no address'),
        (["--listener", "outbound"], "there is no listener outbound: inbound"),
    ],
    ids=str,
)
def test_a_bad_option_is_wrong_usage_and_says_what_is_wrong(put, arguments, said):
    code, heard = put(*arguments)
    assert code == 2
    assert said in " ".join(heard.err.split())


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"Subject: a\n\nb\n", "its header names no sender: give --from"),
        (b"From: a@b.test\n\nb\n", "its header names no recipient: give --to"),
        (b"", "is empty"),
    ],
)
def test_a_message_without_an_envelope_asks_for_one(put, octets, said):
    code, heard = put(octets=octets)
    assert code == 2
    assert said in " ".join(heard.err.split())


def test_a_file_that_is_not_there_is_wrong_usage(put, tmp_path):
    code, heard = put(file=tmp_path / "no.eml")
    assert code == 2
    assert "No such file or directory" in " ".join(heard.err.split())


def test_a_list_that_cannot_be_read_ends_with_1(put):
    code, heard = put(change={"directories": {"staff": {"path": "/nonexistent/recipients"}}})
    assert code == 1
    assert "/nonexistent/recipients" in heard.err


def test_private_keys_are_not_needed(put):
    pairs = [{"certificate": "/nonexistent/crt", "key": "/nonexistent/key"}]
    assert put(change={"listeners": {"inbound": {"tls": {"certificates": pairs}}}})[0] == 0


def test_nothing_is_left_in_the_data_directory(put, tmp_path):
    put()
    assert not (tmp_path / "data").exists()
