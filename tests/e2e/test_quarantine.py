"""Held messages: on stable storage before the 250, once for each recipient however often and in whatever company the
client names him, apart where they differ."""

import asyncio
import errno
import fcntl
import os
import re
import signal
import subprocess

import pytest

from gatepost.adapters.quarantine import places
from gatepost.adapters.quarantine.settings import QuarantineSettings
from gatepost.model.trace import End
from gatepost.testing.scripted import ScriptedServer, dialogue
from tests.e2e.one_process import HELD, Client, Ledger, held_in, held_in_directory, settings_in, with_backend
from tests.servers.swaks import swaks

HEADER = b"From: ann@sender.test\r\nSubject: x\r\n"
MESSAGE = HEADER + b"\r\n..dots\r\nend\r\n"
OURS = re.compile(
    rb"\A(?:X-Gateway-(?:SCL|PCL): -?\d+\r\n)*Received: from client\.sender\.test \(\[192\.0\.2\.1\]\)\r\n"
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
    one, other = await held_by(holding, (["a@example.test", "b@example.test"], MESSAGE))
    assert one["sender"] == "ann@sender.test" and one["rule"] == "held"
    assert {one["recipient"], other["recipient"]} == {"a@example.test", "b@example.test"}
    assert one["message"] == other["message"] and one["subject"] == "x" and one["backend"] == "mail"
    ours = OURS.match(one["octets"])
    assert ours and one["octets"][ours.end() :] == MESSAGE == other["octets"][ours.end() :]


async def test_the_trace_says_under_which_id_each_copy_is_held(holding):
    async with Client(holding) as client:
        await client.deliver(["a@example.test", "b@example.test"], MESSAGE)
        (trace,) = client.ledger.of("trace")
    held = {copy["recipient"]: copy for copy in held_in(holding)}
    assert {r.address: r.held for r in trace.recipients} == {to: copy["id"] for to, copy in held.items()}
    assert {copy["transaction"] for copy in held.values()} == {trace.id}


async def test_nobody_but_the_gateway_may_read_it(holding):
    await held_by(holding, (["a@example.test"], MESSAGE))
    directory = holding.gateway.data_dir / "quarantine"
    paths = [directory, *directory.rglob("*")]
    assert len(paths) > 512 and not [path for path in paths if path.stat().st_mode & 0o077]


@pytest.mark.parametrize(
    ("what", "second"),
    [
        ("it again", (["a@example.test", "b@example.test"], MESSAGE)),
        ("the recipients in another order", (["b@example.test", "a@example.test"], MESSAGE)),
        ("one of them", (["b@example.test"], MESSAGE)),
    ],
)
async def test_a_message_that_comes_again_is_held_once(holding, what, second):
    assert len(await held_by(holding, (["a@example.test", "b@example.test"], MESSAGE), second)) == 2, what


async def test_whoever_is_new_gets_a_copy_of_his_own_and_the_octets_are_there_once(holding):
    held = await held_by(holding, (["a@example.test"], MESSAGE), (["a@example.test", "b@example.test"], MESSAGE))
    assert [copy["recipient"] for copy in sorted(held, key=lambda c: c["recipient"])] == [
        "a@example.test", "b@example.test",
    ]  # fmt: skip
    assert len(list((holding.gateway.data_dir / "quarantine").glob("content/*/*"))) == 1


@pytest.mark.parametrize("lost", ["content/*/*", "new/*/*"])
async def test_what_was_held_and_taken_away_is_held_again(holding, lost):
    """An operator has moved it: the 250 to the next try must not rest on a name."""
    recipients = ["a@example.test"]
    await held_by(holding, (recipients, MESSAGE))
    (path,) = (holding.gateway.data_dir / "quarantine").glob(lost)
    path.unlink()
    (held,) = await held_by(holding, (recipients, MESSAGE))
    assert held["octets"].endswith(b"\r\n" + MESSAGE)


async def test_what_was_held_and_emptied_is_held_again(holding):
    await held_by(holding, (["a@example.test"], MESSAGE))
    (path,) = (holding.gateway.data_dir / "quarantine").glob("content/*/*")
    path.write_bytes(b"")
    (held,) = await held_by(holding, (["a@example.test"], MESSAGE))
    assert held["octets"].endswith(b"\r\n" + MESSAGE)


async def test_the_directory_above_is_synced_whoever_made_the_quarantine(holding, monkeypatch):
    """Its maker may have been killed between the two."""
    (holding.gateway.data_dir / "quarantine").mkdir()
    synced, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), sync(fd)))
    await held_by(holding, (["a@example.test"], MESSAGE))
    assert str(holding.gateway.data_dir) in synced


@pytest.mark.parametrize(
    ("what", "second"),
    [
        ("another body", (["a@example.test"], HEADER + b"\r\n..dots\r\nEnd\r\n")),
        ("a longer body", (["a@example.test"], MESSAGE + b"\r\n")),
        ("another header", (["a@example.test"], MESSAGE.replace(b"Subject: x", b"Subject: y"))),
        ("one more field", (["a@example.test"], b"X-Y: 1\r\n" + MESSAGE)),
        ("another recipient", (["b@example.test"], MESSAGE)),
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
    """Content, the directory it was renamed into, records, the directories they are in."""
    ledger = Ledger()
    sync, rename, link = os.fsync, os.rename, os.link
    quarantine = str(holding.gateway.data_dir / "quarantine")

    def synced(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if path.startswith(quarantine):
            ledger.entries.append(("synced", path.removeprefix(f"{quarantine}/").partition("/")[0]))
        sync(descriptor)

    def renamed(source, target, **others) -> None:
        if str(source).startswith(quarantine):
            ledger.entries.append(("moved", "renamed"))
        rename(source, target, **others)

    def linked(source, target, **others) -> None:
        ledger.entries.append(("moved", "linked"))
        link(source, target, **others)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    monkeypatch.setattr(os, "link", linked)
    async with Client(holding, ledger=ledger) as client:
        assert (await client.deliver(["a@example.test"], MESSAGE)).startswith("250")
    steps = [what if kind in ("synced", "moved") else kind for kind, what in ledger.entries if kind != "alarm"]
    wanted = ["drafts", "renamed", "content", "drafts", "linked", "new", "entries", "trace", "wrote"]
    assert steps[-len(wanted) :] == wanted


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
async def test_what_the_disk_does_not_take_is_451_and_not_held(holding, monkeypatch, number):
    def failing(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    async with Client(holding) as client:
        assert (await client.deliver(["b@example.test"], MESSAGE)).startswith("250")  # the directories are made
        monkeypatch.setattr(os, "fsync", failing)
        assert (await client.deliver(["a@example.test"], MESSAGE + b"2\r\n")).startswith("451 ")
        assert client.ledger.of("trace")[-1].end is End.DEFERRED
        monkeypatch.undo()
        assert [copy["recipient"] for copy in held_in(holding)] == ["b@example.test"]
        directory = holding.gateway.data_dir / "quarantine"
        assert not list((directory / "drafts").iterdir()) and len(list(directory.glob("content/*/*"))) == 1
        assert (await client.deliver(["a@example.test"], MESSAGE + b"2\r\n")).startswith("250")
    assert len(held_in(holding)) == 2


async def test_a_directory_that_cannot_be_synced_is_451(holding, monkeypatch):
    sync = os.fsync

    def failing(descriptor: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}").rpartition("/")[0].endswith("/new"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    async with Client(holding) as client:
        assert (await client.deliver(["a@example.test"], MESSAGE)).startswith("451 ")


async def test_the_same_message_on_two_connections_at_once_is_held_once_and_both_hear_so(holding):
    async with Client(holding) as one, Client(holding) as other:
        await one.begin(["a@example.test"])
        await other.begin(["a@example.test"])
        replies = await asyncio.gather(one.say(MESSAGE + b".\r\n"), other.say(MESSAGE + b".\r\n"))
    assert [reply[:3] for reply in replies] == ["250", "250"]
    assert len(held_in(holding)) == 1 and not list((holding.gateway.data_dir / "quarantine" / "drafts").iterdir())


async def test_one_that_is_locked_for_too_long_is_451(holding, monkeypatch):
    """By a process that stands still, say: a client must not wait for it until its own patience ends."""
    monkeypatch.setattr(places, "PATIENCE", 0.1)
    (held,) = await held_by(holding, (["a@example.test"], MESSAGE))
    directory = holding.gateway.data_dir / "quarantine" / "content" / held["message"][:2]
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        async with Client(holding) as client:
            assert (await client.deliver(["a@example.test"], MESSAGE)).startswith("451 ")
    finally:
        os.close(descriptor)


async def test_beyond_its_size_it_is_451_and_what_is_held_already_is_250_still(tmp_path):
    settings = with_backend(settings_in(tmp_path, [EVERYBODY]), NOBODY)
    settings = settings.model_copy(update={"quarantine": QuarantineSettings.model_validate({"size": 1024**2})})
    large = HEADER + b"\r\n" + b"".join(b"%070d\r\n" % number for number in range(10_000))
    async with Client(settings) as client:
        assert (await client.deliver(["a@example.test"], large)).startswith("250")
        assert (await client.deliver(["a@example.test"], large + b"2\r\n")).startswith("451 ")
        assert (await client.deliver(["a@example.test", "b@example.test"], large)).startswith("250")
    assert len(held_in(settings)) == 2


@pytest.fixture
def small_disk(holding):
    """The quarantine's directory on a disk of 1 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    directory = holding.gateway.data_dir / "quarantine"
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", directory], check=True)
    yield directory
    subprocess.run(["umount", directory], check=True)


async def test_on_a_full_disk_it_is_451_and_nothing_is_promised(holding, small_disk):
    large = HEADER + b"\r\n" + b"".join(b"%070d\r\n" % number for number in range(20_000))
    async with Client(holding) as client:
        assert (await client.deliver(["a@example.test"], large)).startswith("451 ")
        assert held_in(holding) == [] and not list((small_disk / "drafts").iterdir())
        assert (await client.deliver(["a@example.test"], MESSAGE)).startswith("250")
    assert len(held_in(holding)) == 1


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
    assert held["recipient"] == "held@example.test"
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
    assert held["recipient"] == "bad@example.test" and held["rule"] == "no"


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
    assert {h["sender"] for h in held} == {"eve@held.test"} and {h["rule"] for h in held} == {"held"}
    assert all(b"the same" in h["octets"] for h in held)
    assert [copy.sender for copy in receiving_postfix.mailbox.wait(1)] == ["ann@sender.test"]
