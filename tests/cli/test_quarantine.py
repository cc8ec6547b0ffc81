"""`gatepost quarantine`: what an operator sees and does; what strangers wrote cannot do anything to him."""

import asyncio
import io
import json
import sys

import pytest
import typer

from gatepost.adapters.quarantine.files import FileQuarantine
from gatepost.app.quarantine import file_quarantine
from gatepost.app.teaching import status
from gatepost.config.load import load
from gatepost.gateway.clock import SystemClock
from gatepost.gateway.outgoing import Outgoing
from gatepost.model.samples import Octets, address
from gatepost.ports.backend import Envelope
from gatepost.ports.quarantine import Grounds
from gatepost.testing.mailbox import Mailbox, Offer
from tests.cli.journal_cli import call
from tests.config.texts import text

OURS = b"Received: from a by b; date\r\n"
HOSTILE = (
    b"From: =?utf-8?q?Ann=E2=80=AE?= <ann@example.net>\r\nSubject: =?utf-8?b?Gxtb?= \x1b[2Joffer\r\n"
    b"Content-Type: text/html\r\n\r\n<b>bold</b>\x07\r\n..dot\r\n\xe2\x80\xaereversed\r\n"
)


@pytest.fixture
def configured(tmp_path):
    """Writes a configuration whose mail server is at that port; gives its file."""

    def write(port=1, **change):
        file = tmp_path / "gatepost.toml"
        backends = {name: {"hosts": [f"127.0.0.1:{port}"], "tls": "off"} for name in ("inside", "outside")}
        file.write_text(text({"gateway": {"data_dir": str(tmp_path / "data")}, "backends": backends, **change}))
        (tmp_path / "data").mkdir(exist_ok=True)
        return file

    return write


def put(file, *recipients, content=HOSTILE, rule="virus", backend="inside", transaction="T000000000000001"):
    """The ids."""
    store: FileQuarantine = file_quarantine(load(file), SystemClock())
    envelope = Envelope(sender=address("ann@example.net"), recipients=tuple(map(address, recipients)), size=1)
    grounds = Grounds(rule, ("virus.found",), backend)
    return store.store(transaction, envelope, Outgoing(OURS, Octets(content)), grounds)


@pytest.fixture
def called(capsysbinary):
    """Exit code, output, and what was told."""

    def run(*arguments):
        try:
            code = call("quarantine", *arguments)
        except typer.Exit as end:
            code = end.exit_code
        said = capsysbinary.readouterr()
        return code, said.out, said.err.decode()

    return run


# ── list ─────────────────────────────────────────────────────────────────────
def test_the_list_has_a_line_for_each_copy_and_nothing_in_it_reaches_the_terminal(called, configured):
    file = configured()
    one, other = put(file, "bob@example.com", "eve@example.com")
    code, out, err = called("list", "-c", file)
    header, *lines = out.decode().splitlines()
    assert code == 0 and header.split() == ["ID", "TIME", "FROM", "TO", "OCTETS", "RULE", "SUBJECT"]
    assert {line.split()[0] for line in lines} == {one, other} and all("offer" in line for line in lines)
    assert b"\x1b" not in out and "\u202e" not in out.decode() and err == ""


def test_json_has_texts_as_people_read_them_and_the_filters_work(called, configured):
    file = configured()
    put(file, "bob@example.com")
    put(file, "eve@example.com", content=b"Subject: x\r\n\r\n", rule="macro")
    _, out, _ = called("list", "-c", file, "--json", "--rule", "virus", "--since", "1h", "--sender", "@example.net")
    (held,) = json.loads(out)
    assert (held["recipient"], held["sender"], held["because"]) == (
        "bob@example.com",
        "ann@example.net",
        ["virus.found"],
    )
    assert (held["author"], held["fate"]) == ("Ann\u202e <ann@example.net>", "held") and "ours" not in held
    assert json.loads(called("list", "-c", file, "--json", "--recipient", "nobody@example.com")[1]) == []


def test_where_there_is_more_it_is_said(called, configured):
    file = configured()
    put(file, "bob@example.com", "eve@example.com")
    code, out, err = called("list", "-c", file, "--limit", "1")
    assert code == 0 and len(out.splitlines()) == 2 and "there may be more" in err


def test_where_nothing_was_ever_held_that_is_said(called, configured, tmp_path):
    code, out, err = called("list", "-c", configured())
    assert (code, out) == (0, b"") and "nothing found" in err and not (tmp_path / "data" / "quarantine").exists()


def test_a_key_that_is_no_key_or_is_missing_is_said(called, configured, tmp_path):
    for written in (None, "short"):
        if written:
            (tmp_path / "key").write_text(written)
        code, _, err = called("list", "-c", configured(quarantine={"key_file": str(tmp_path / "key")}))
        assert code == 1 and "the key of the quarantine" in err and "short" not in err


def test_what_is_sealed_with_another_key_is_said(called, configured, tmp_path):
    (tmp_path / "key").write_text("ab" * 32)
    file = configured(quarantine={"key_file": str(tmp_path / "key")})
    put(file, "bob@example.com")
    assert called("list", "-c", file)[1]
    (tmp_path / "key").write_text("cd" * 32)
    code, out, err = called("list", "-c", file)
    assert (code, out) == (0, b"") and "1 records cannot be read" in err and "is sealed with the key" in err


# ── show ─────────────────────────────────────────────────────────────────────
def test_what_is_in_it_is_shown_as_it_is_and_never_obeyed(called, configured):
    file = configured()
    one, other = put(file, "bob@example.com", "eve@example.com")
    code, out, _ = called("show", one[:8].lower(), "-c", file)
    shown = out.decode()
    assert code == 0 and "<b>bold</b>\\x07" in shown and "\n  .dot\n" in shown and "\\u202ereversed" in shown
    assert "\x1b" not in shown and "\u202e" not in shown and "\\x1b[2Joffer" in shown and "\x07" not in shown
    assert "HELD" in shown and "By the rule virus, because virus.found was found" in shown
    assert "gatepost explain T000000000000001" in shown and f"{other}  held" in shown


PARTS = """Subject: x
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

R3LDvMOfZSAbWzMxbSDigK5nbmlodA==
--b
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

<script>alert(=22x=22)</script>
--b
Content-Type: application/octet-stream; name="inv‮xcod.exe"

MZ
--b--
""".encode().replace(b"\n", b"\r\n")


def test_texts_are_decoded_html_stays_source_and_of_the_rest_there_is_the_name(called, configured):
    file = configured()
    (one,) = put(file, "bob@example.com", content=PARTS)
    shown = called("show", one, "-c", file)[1].decode()
    assert "Part 1  text/plain" in shown and "Grüße \\x1b[31m \\u202egniht" in shown
    assert "Part 2  text/html" in shown and '<script>alert("x")</script>' in shown
    assert "Part 3  application/octet-stream" in shown and "\n  MZ" not in shown
    assert "\x1b" not in shown and "\u202e" not in shown


def test_a_long_text_is_cut(called, configured):
    file = configured()
    (one,) = put(file, "bob@example.com", content=b"Subject: x\r\n\r\n" + b"line\r\n" * 500)
    out = called("show", one, "-c", file, "--lines", "5")[1].decode()
    assert out.count("  line") == 5 and "--raw has all of it" in out


def test_raw_is_the_message_as_it_would_be_delivered(called, configured):
    file = configured()
    (one,) = put(file, "bob@example.com")
    code, out, _ = called("show", one, "-c", file, "--raw")
    assert (code, out) == (0, OURS + HOSTILE.replace(b"..dot", b".dot"))


class Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


def test_raw_is_not_written_to_a_terminal_unless_forced(called, configured, monkeypatch):
    file = configured()
    (one,) = put(file, "bob@example.com")
    terminal = Terminal(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", terminal)
    code, _, err = called("show", one, "-c", file, "--raw")
    assert code == 1 and "--force" in err and terminal.buffer.getvalue() == b""
    assert called("show", one, "-c", file, "--raw", "--force")[0] == 0
    assert terminal.buffer.getvalue().startswith(OURS)


def test_json_names_all_copies(called, configured):
    file = configured()
    one, _ = put(file, "bob@example.com", "eve@example.com")
    found = json.loads(called("show", one, "-c", file, "--json")[1])
    assert found["id"] == one and {copy["recipient"] for copy in found["recipients"]} == {
        "bob@example.com", "eve@example.com",
    }  # fmt: skip


def test_an_id_that_nobody_has_is_said(called, configured):
    file = configured()
    put(file, "bob@example.com")
    for command in ("show", "release", "delete"):
        assert called(command, "ZZZZZZZZ", "-c", file)[0] == 1
        with pytest.raises(typer.BadParameter):
            call("quarantine", command, "ZZ", "-c", file)


# ── release and delete ───────────────────────────────────────────────────────
@pytest.fixture
async def mailbox():
    async with Mailbox(Offer()) as mailbox:
        yield mailbox


async def test_what_is_released_is_delivered_and_says_by_whom_and_a_second_time_it_is_not(called, configured, mailbox):
    file = configured(mailbox.port)
    one, other = put(file, "bob@example.com", "eve@example.com")
    code, out, _ = await asyncio.to_thread(called, "release", one, "-c", file)
    assert code == 0 and out.decode().startswith(f"{one} released to bob@example.com (127.0.0.1:{mailbox.port}: 250")
    (got,) = mailbox.received
    assert got.octets.startswith(b"X-Gateway-Released: ") and got.recipients == ("bob@example.com",)
    assert b"X-Gateway-Quarantine: " + one.encode() in got.octets
    assert got.octets.endswith(OURS + HOSTILE.replace(b"..dot", b".dot"))
    code, out, _ = await asyncio.to_thread(called, "release", one, "-c", file)
    assert code == 0 and b"is released already to bob@example.com" in out and len(mailbox.received) == 1
    code, out, _ = await asyncio.to_thread(called, "release", one, "-c", file, "--all-recipients")
    assert code == 0 and out.decode().startswith(f"{other} released") and len(mailbox.received) == 2
    shown = called("show", one, "-c", file)[1].decode()
    assert "RELEASED" in shown and "Released to bob@example.com by " in shown


async def test_what_is_released_teaches_the_spam_filter_and_what_goes_elsewhere_does_not(called, configured, mailbox):
    file = configured(mailbox.port)
    (one,) = put(file, "bob@example.com")
    (two,) = put(file, "bob@example.com", content=b"Subject: 2\r\n\r\n")
    await asyncio.to_thread(called, "release", two, "-c", file, "--to", "desk@example.com")
    assert not status(load(file)).sources
    code, _, err = await asyncio.to_thread(called, "release", one, "-c", file)
    assert (code, err) == (0, "")
    assert [(each.name, each.ham, each.spam) for each in status(load(file)).sources] == [("release", 1, 0)]


def test_what_is_deleted_as_spam_teaches_the_spam_filter_once(called, configured):
    file = configured(1)
    one, _ = put(file, "bob@example.com", "eve@example.com")
    (other,) = put(file, "bob@example.com", content=b"Subject: 2\r\n\r\n")
    code, out, err = called("delete", one, "-c", file, "--spam", "--all-recipients")
    assert (code, err) == (0, "") and out.count(b"is deleted") == 2
    assert called("delete", other, "-c", file)[0] == 0
    assert called("delete", other, "-c", file, "--spam")[0] == 0
    assert [(each.name, each.ham, each.spam) for each in status(load(file)).sources] == [("confirmed", 0, 1)]


async def test_it_can_be_given_to_somebody_else(called, configured, mailbox):
    file = configured(mailbox.port)
    (one,) = put(file, "bob@example.com")
    code, _, _ = await asyncio.to_thread(called, "release", one, "-c", file, "--to", "desk@example.com")
    assert code == 0 and mailbox.received[0].recipients == ("desk@example.com",)
    (two,) = put(file, "bob@example.com", content=b"Subject: 2\r\n\r\n")
    code, _, err = await asyncio.to_thread(called, "release", two, "-c", file, "--to", "desk@elsewhere.test")
    assert code == 1 and "no backend is configured for the domain elsewhere.test" in err


async def test_mail_to_the_outside_goes_by_the_backend_it_would_have_gone(called, configured, mailbox):
    file = configured(mailbox.port)
    (one,) = put(file, "joe@elsewhere.test", backend="outside")
    assert (await asyncio.to_thread(called, "release", one, "-c", file))[0] == 0 and len(mailbox.received) == 1
    (two,) = put(file, "joe@elsewhere.test", backend="gone", content=b"Subject: 2\r\n\r\n")
    code, _, err = await asyncio.to_thread(called, "release", two, "-c", file)
    assert code == 1 and "no backend is configured" in err


def test_without_a_mail_server_it_is_held_still(called, configured):
    file = configured(1)
    (one,) = put(file, "bob@example.com")
    code, out, err = called("release", one, "-c", file)
    assert code == 1 and out == b"" and "not released, try again" in err
    assert json.loads(called("list", "-c", file, "--json")[1])[0]["id"] == one


def test_what_is_deleted_is_gone_for_good(called, configured, tmp_path):
    file = configured()
    one, other = put(file, "bob@example.com", "eve@example.com")
    assert called("delete", one, "-c", file)[0] == 0
    code, out, _ = called("delete", one, "-c", file, "--all-recipients")
    assert code == 0 and b"eve@example.com is deleted" in out
    assert called("delete", one, "-c", file)[0] == 0, "a second time it is as it was"
    assert not list((tmp_path / "data" / "quarantine" / "content").glob("*/*"))
    assert called("release", one, "-c", file)[0] == 1
    assert len(json.loads(called("list", "-c", file, "--json", "--state", "deleted")[1])) == 2
    assert "DELETED" in called("show", other, "-c", file)[1].decode()


def test_one_address_gets_one_copy(configured):
    with pytest.raises(typer.BadParameter, match="one copy"):
        call("quarantine", "release", "AAAAAAAA", "-c", configured(), "--to", "a@b.c", "--all-recipients")
    with pytest.raises(typer.BadParameter, match="no mail address"):
        call("quarantine", "release", "AAAAAAAA", "-c", configured(), "--to", "a b")
