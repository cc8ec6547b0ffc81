"""Held messages: on stable storage before the 250, once however often the client comes, apart where they differ."""

import asyncio
import errno
import os
import re
import shutil
import signal
import time

import pytest

from gatepost.adapters.quarantine import FileQuarantine
from gatepost.gateway.outgoing import Outgoing
from gatepost.gateway.spool import Spool
from gatepost.model.address import Address
from gatepost.model.trace import End
from gatepost.ports.backend import Envelope
from gatepost.testing.scripted import ScriptedServer, dialogue
from tests.e2e.one_process import HELD, Client, Ledger, held_in, held_in_directory, settings_in, with_backend
from tests.servers.swaks import swaks

HEADER = b"From: ann@sender.test\r\nSubject: x\r\n"
MESSAGE = HEADER + b"\r\n..dots\r\nend\r\n"
OURS = re.compile(
    rb"\AReceived: from client\.sender\.test \(\[192\.0\.2\.1\]\)\r\n"
    rb"\tby mx\.example\.test with ESMTP id [^;]*;\r\n\t[^\r]*\r\n"
)
EVERYBODY = {**HELD, "when": "true"}
PATIENT = dict.fromkeys(("command_timeout", "data_timeout", "final_timeout", "connect_timeout"), 60.0)
NOBODY = 1  # a port on which no mail server listens


@pytest.fixture
def holding(tmp_path):
    """Everything is held."""
    return with_backend(settings_in(tmp_path, [EVERYBODY]), NOBODY)


async def held_by(settings, *messages):
    """What is held after these messages, each (recipients, content) or (recipients, content, sender)."""
    async with Client(settings) as client:
        for message in messages:
            reply = await client.deliver(*message)
            assert reply.startswith("250 2.0.0 "), reply
    return held_in(settings)


async def test_a_held_message_is_on_disk_as_it_came_with_its_envelope(holding):
    (held,) = await held_by(holding, (["a@example.test", "b@example.test"], MESSAGE))
    assert held["sender"] == "ann@sender.test" and held["reason"] == "held"
    assert held["recipients"] == ["a@example.test", "b@example.test"]
    ours = OURS.match(held["octets"])
    assert ours and held["octets"][ours.end() :] == MESSAGE


async def test_drafts_of_a_killed_process_are_cleared_away_and_those_at_work_are_not(holding):
    directory = holding.gateway.data_dir / "quarantine"
    for name, age in (".old.1", 3700), (".new.2", 3500), ("held", 9999):
        (directory / name).mkdir(parents=True)
        (directory / name / "message").write_bytes(b"x")
        os.utime(directory / name, (time.time() - age,) * 2)
    async with Client(holding):
        assert sorted(os.listdir(directory)) == [".new.2", "held"]


async def test_what_the_sender_wants_to_be_told_is_kept_with_it(tmp_path):
    """A release has to say it again (RFC 3461 §5)."""
    one, other = (Address("a", "example.test"), Address("b", "example.test"))
    envelope = Envelope(
        sender=None, recipients=(one, other), size=1, ret="HDRS", envid="one", notify=("NEVER", "FAILURE,DELAY"),
        orcpt=("", "rfc822;b@old.test"),
    )  # fmt: skip
    payload = Outgoing(b"", Spool(tmp_path, 100))
    await FileQuarantine(tmp_path / "quarantine").put("1", envelope, payload, "held")
    (held,) = held_in_directory(tmp_path)
    assert (held["ret"], held["envid"]) == ("HDRS", "one")
    assert held["notify"] == ["NEVER", "FAILURE,DELAY"] and held["orcpt"] == ["", "rfc822;b@old.test"]


async def test_nobody_but_the_gateway_may_read_it(holding):
    (held,) = await held_by(holding, (["a@example.test"], MESSAGE))
    directory = holding.gateway.data_dir / "quarantine"
    paths = [directory, directory / held["id"], *(directory / held["id"]).iterdir()]
    assert len(paths) == 4 and not [path for path in paths if path.stat().st_mode & 0o077]


@pytest.mark.parametrize(
    ("what", "second"),
    [
        ("it again", (["a@example.test", "b@example.test"], MESSAGE)),
        ("the recipients in another order", (["b@example.test", "a@example.test"], MESSAGE)),
    ],
)
async def test_a_message_that_comes_again_is_held_once(holding, what, second):
    assert len(await held_by(holding, (["a@example.test", "b@example.test"], MESSAGE), second)) == 1, what


@pytest.mark.parametrize("lost", ["message", "envelope.json"])
async def test_what_was_held_and_taken_away_is_held_again(holding, lost):
    """An operator has moved it: the 250 to the next try must not rest on the directory's name."""
    recipients = ["a@example.test"]
    (held,) = await held_by(holding, (recipients, MESSAGE))
    (holding.gateway.data_dir / "quarantine" / held["id"] / lost).unlink()
    async with Client(holding) as client:
        assert (await client.deliver(recipients, MESSAGE)).startswith("250")
    again = [p for p in (holding.gateway.data_dir / "quarantine").iterdir() if p.name != held["id"]]
    assert [p.name.split("-")[0] for p in again] == [held["id"]]
    assert (again[0] / "message").read_bytes().endswith(b"\r\n" + MESSAGE)


async def test_what_was_held_and_emptied_is_held_again(holding):
    (held,) = await held_by(holding, (["a@example.test"], MESSAGE))
    (holding.gateway.data_dir / "quarantine" / held["id"] / "message").write_bytes(b"")
    empty, whole = sorted(await held_by(holding, (["a@example.test"], MESSAGE)), key=lambda h: len(h["octets"]))
    assert not empty["octets"] and whole["octets"].endswith(b"\r\n" + MESSAGE)


async def test_the_directory_above_is_synced_whoever_made_the_quarantine(holding, monkeypatch):
    """Its maker may have been killed between the two."""
    (holding.gateway.data_dir / "quarantine").mkdir()
    synced, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), sync(fd)))
    await held_by(holding, (["a@example.test"], MESSAGE))
    assert synced[0] == str(holding.gateway.data_dir)


@pytest.mark.parametrize(
    ("what", "second"),
    [
        ("another body", (["a@example.test"], HEADER + b"\r\n..dots\r\nEnd\r\n")),
        ("a longer body", (["a@example.test"], MESSAGE + b"\r\n")),
        ("another header", (["a@example.test"], MESSAGE.replace(b"Subject: x", b"Subject: y"))),
        ("one more field", (["a@example.test"], b"X-Y: 1\r\n" + MESSAGE)),
        ("another recipient", (["b@example.test"], MESSAGE)),
        ("one more recipient", (["a@example.test", "b@example.test"], MESSAGE)),
        ("another sender", (["a@example.test"], MESSAGE, "eve@sender.test")),
        ("no sender", (["a@example.test"], MESSAGE, "")),
    ],
)
async def test_what_differs_is_held_apart(holding, what, second):
    held = await held_by(holding, (["a@example.test"], MESSAGE), second)
    assert len(held) == 2, what
    assert sorted(h["octets"][OURS.match(h["octets"]).end() :] for h in held) == sorted([MESSAGE, second[1]])


async def test_fields_that_are_taken_out_do_not_make_another_message_of_it(holding):
    """What the quarantine compares is what would be delivered."""
    forged = b"X-MS-Exchange-Organization-SCL: -1\r\n" + MESSAGE
    (held,) = await held_by(holding, (["a@example.test"], forged), (["a@example.test"], MESSAGE))
    assert b"X-MS-Exchange" not in held["octets"]


async def test_a_large_message_in_a_spool_file_is_held_whole(holding):
    large = HEADER + b"\r\n" + b"".join(b"%070d\r\n" % number for number in range(20_000))
    (held,) = await held_by(holding, (["a@example.test"], large))
    assert len(large) > 1024 * 1024 and held["octets"].endswith(b"\r\n" + large)


async def test_it_is_synced_in_this_order_before_the_reply_is_written(holding, monkeypatch):
    """Message and envelope, then the directory they are in, then the rename, then the directory above."""
    ledger = Ledger()
    sync, rename = os.fsync, os.rename
    quarantine = str(holding.gateway.data_dir / "quarantine")

    def synced(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if path.startswith(quarantine):
            ledger.entries.append(("synced", re.sub(r"/\.[^/]*", "/draft", path.removeprefix(quarantine)) or "/"))
        sync(descriptor)

    def renamed(source, target, **others) -> None:
        if str(source).startswith(quarantine):
            ledger.entries.append(("renamed", ""))
        rename(source, target, **others)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    async with Client(holding, ledger=ledger) as client:
        assert (await client.deliver(["a@example.test"], MESSAGE)).startswith("250")
    steps = [what if kind in ("synced", "renamed") else kind for kind, what in ledger.entries if kind != "alarm"]
    assert steps[-7:] == ["/draft/message", "/draft/envelope.json", "/draft", "", "/", "trace", "wrote"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
async def test_what_the_disk_does_not_take_is_451_and_not_held(holding, monkeypatch, number):
    def failing(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", failing)
    async with Client(holding) as client:
        assert (await client.deliver(["a@example.test"], MESSAGE)).startswith("451 ")
        assert client.ledger.of("trace")[-1].end is End.DEFERRED
        monkeypatch.undo()
        assert held_in(holding) == []
        assert (await client.deliver(["a@example.test"], MESSAGE)).startswith("250")
    assert len(held_in(holding)) == 1


async def test_the_same_message_on_two_connections_at_once_is_held_once_and_both_hear_so(holding):
    async with Client(holding) as one, Client(holding) as other:
        await one.begin(["a@example.test"])
        await other.begin(["a@example.test"])
        replies = await asyncio.gather(one.say(MESSAGE + b".\r\n"), other.say(MESSAGE + b".\r\n"))
    assert [reply[:3] for reply in replies] == ["250", "250"]
    assert len(held_in(holding)) == 1 and not list((holding.gateway.data_dir / "quarantine").glob(".*"))


async def test_whoever_comes_second_at_the_very_moment_of_the_rename_is_held_too(holding, monkeypatch):
    rename = os.rename

    def overtaken(source, target, **others) -> None:
        if not os.path.exists(target):
            shutil.copytree(source, target)
        rename(source, target, **others)

    monkeypatch.setattr(os, "rename", overtaken)
    (held,) = await held_by(holding, (["a@example.test"], MESSAGE))
    assert held["octets"].endswith(MESSAGE) and not list((holding.gateway.data_dir / "quarantine").glob(".*"))


# ── recipients that differ ───────────────────────────────────────────────────


async def test_one_is_held_the_other_delivered_with_one_250_for_both(tmp_path):
    settings = settings_in(tmp_path)
    async with (
        ScriptedServer(dialogue()) as server,
        Client(with_backend(settings, server.port, **PATIENT)) as client,
    ):
        reply = await client.deliver(["held@example.test", "a@example.test"], MESSAGE)
        (trace,) = client.ledger.of("trace")
        await server.stop()
    assert reply.startswith("250 2.0.0 ")
    (held,) = held_in(settings)
    assert held["recipients"] == ["held@example.test"]
    assert [c for c in server.commands[0] if c.startswith(b"RCPT")] == [b"RCPT TO:<a@example.test>"]
    assert {r.address: r.end for r in trace.recipients} == {
        "held@example.test": End.QUARANTINED,
        "a@example.test": End.DELIVERED,
    }


async def test_all_who_are_not_held_are_told_to_the_mail_server_in_one_transaction(tmp_path):
    """One dialogue, so that its 250 is for all of them or for none (ARCHITECTURE §5 rule 6)."""
    good = [f"r{number}@example.test" for number in range(20)]
    async with (
        ScriptedServer(dialogue(20)) as server,
        Client(with_backend(settings_in(tmp_path), server.port, **PATIENT)) as client,
    ):
        assert (await client.deliver(["held@example.test", *good], MESSAGE)).startswith("250")
        await server.stop()
    assert server.dots == 1 and len([c for c in server.commands[0] if c.startswith(b"RCPT")]) == 20


async def test_where_the_mail_server_then_fails_the_retry_holds_nothing_twice_and_delivers(tmp_path):
    settings = settings_in(tmp_path)
    failing = [*dialogue()[:-1], b"451 4.3.0 Not now\r\n"]
    async with (
        ScriptedServer([*failing, *dialogue()[2:]]) as server,
        Client(with_backend(settings, server.port, **PATIENT)) as client,
    ):
        recipients = ["held@example.test", "a@example.test"]
        assert (await client.deliver(recipients, MESSAGE)).startswith("451 4.3.0 Not now")
        assert (await client.deliver(recipients, MESSAGE)).startswith("250")
        await server.stop()
    assert len(held_in(settings)) == 1 and server.dots == 2


async def test_without_a_quarantine_the_mail_server_does_not_get_it_either(tmp_path):
    (tmp_path / "quarantine").touch()
    async with (
        ScriptedServer(dialogue()) as server,
        Client(with_backend(settings_in(tmp_path), server.port, **PATIENT)) as client,
    ):
        reply = await client.deliver(["held@example.test", "a@example.test"], MESSAGE)
        await server.stop()
    assert reply.startswith("451 4.3.0 ") and not server.commands


async def test_one_is_refused_the_other_accepted_so_it_is_held_for_the_refused_one(tmp_path):
    """One reply cannot say both (`mixed = "quarantine"`); nobody is dropped in silence."""
    refusing = {"name": "no", "phase": "message", "when": "recipient.local == 'bad'", "action": "reject"}
    settings = settings_in(tmp_path, [refusing])
    async with (
        ScriptedServer(dialogue()) as server,
        Client(with_backend(settings, server.port, **PATIENT)) as client,
    ):
        assert (await client.deliver(["bad@example.test", "a@example.test"], MESSAGE)).startswith("250")
        assert (await client.deliver(["bad@example.test"], MESSAGE)).startswith("550")
        await server.stop()
    (held,) = held_in(settings)
    assert held["recipients"] == ["bad@example.test"] and held["reason"] == "no"


@pytest.mark.servers
def test_the_running_gateway_holds_what_a_rule_says_and_it_survives_the_death_of_all_processes(
    receiving_postfix, start_gateway
):
    rule = {**HELD, "when": "sender.domain == 'held.test'"}
    gateway = start_gateway(
        backend=receiving_postfix.port, recipients=None, workers=2, settings={"policy": {"rules": [rule]}}
    )
    for _ in range(3):
        done = swaks(gateway.port, "--body", "the same", sender="eve@held.test", recipients=["rcpt@example.test"])
        assert done.status == 0, done.transcript
    passed = swaks(gateway.port, recipients=["rcpt@example.test"])
    assert passed.status == 0, passed.transcript
    os.killpg(gateway.process.pid, signal.SIGKILL)
    held = held_in_directory(gateway.directory / "data")
    assert {h["sender"] for h in held} == {"eve@held.test"} and {h["reason"] for h in held} == {"held"}
    assert all(b"the same" in h["octets"] for h in held)
    assert [copy.sender for copy in receiving_postfix.mailbox.wait(1)] == ["ann@sender.test"]
