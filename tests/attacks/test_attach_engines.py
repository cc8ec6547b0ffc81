"""ATTACH-17 to ATTACH-19: antivirus engines that know what is in a message, that fail, and that could be tricked."""

import threading
import time

import pytest

from gatepost.testing.scripted import Act, Drip, Pause
from tests.adapters.engines.clamd.scripted_clamd import ScriptedClamd
from tests.attacks.background import Background
from tests.attacks.engines import HEAD, HIDDEN, forwarded, mixed, part, scanning, stuffed
from tests.attacks.target import GENEROUS, Target
from tests.servers.clamd import EICAR, MARK
from tests.servers.gateway import Gateway, laid_over
from tests.servers.loopback import free_port

LETTER = HEAD + b"\r\nNothing is in here.\r\n"
DOTTED = HEAD + b"\r\n..two dots\r\n...\r\nno.dot\r\n"


def say(target, content):
    """The reply to a message as a client that knows the protocol sends it."""
    with target.connect() as client:
        client.ehlo()
        return client.deliver(stuffed(content))


@pytest.fixture(scope="module", params=["unix", "where"])
def scanning_gateway(request, sloppy, clamd):
    settings = laid_over(GENEROUS, scanning(getattr(clamd, request.param)))
    with Gateway(backend=sloppy.port, settings=settings) as gateway:
        yield gateway


@pytest.fixture
def scanned(scanning_gateway, sloppy):
    """A gateway with a real engine, on a Unix socket or by TCP."""
    target = Target(scanning_gateway, sloppy)
    yield target
    target.assert_no_bug()


@pytest.fixture
def scripted(attack):
    """A gateway whose clamd does as it is told."""
    running = []

    def start(*scans, **engine):
        background = Background(ScriptedClamd(*scans, reads=engine.pop("reads", None)))
        server = background.__enter__().server
        running.append(background)
        return attack(scanning(server.where, **engine)), server

    yield start
    for background in running:
        background.__exit__(None, None, None)


# ── ATTACH-17 ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("where", HIDDEN)
def test_attach_17_what_an_engine_knows_is_refused_wherever_it_is(scanned, where):
    reply = say(scanned, HIDDEN[where])
    assert str(reply).startswith("554 5.7.1 Message contains malware: Eicar-Test-Signature.UNOFFICIAL (clamav)"), reply
    assert scanned.contents() == []


def test_attach_17_a_letter_passes(scanned):
    assert say(scanned, LETTER).code == 250
    scanned.assert_backend_saw(LETTER)


def test_attach_17_what_is_deeper_than_an_engine_looks_is_held_and_not_delivered(scanned):
    assert say(scanned, forwarded(mixed(part(EICAR)), 500)).code == 250
    record = scanned.wait_for_record(event="transaction", rule="antivirus-unscannable")
    assert record["action"] == "quarantine"
    assert scanned.contents() == []


def test_attach_17_a_large_message_is_scanned_to_its_end(scanned):
    content = mixed(part(b"\0" * 400_000), part(b"x" * 100 + MARK))
    assert say(scanned, content).code == 554
    assert scanned.contents() == []


# ── ATTACH-18 ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "answer",
    [
        Act.CLOSE, Act.RESET, Act.SILENCE, b"\0", b"stream: OK", b"OK\0", b"stream: OK\nstream: OK\0", b"\xff" * 9000,
        b"fd[3]: Can't allocate memory ERROR\0", b"COMMAND READ TIMED OUT\0", Drip(b"stream: OK\0", every=9),
    ],
    ids=str,
)  # fmt: skip
def test_attach_18_without_an_answer_that_is_understood_the_client_comes_back(scripted, answer):
    target, _ = scripted(answer, timeout="1s")
    begun = time.monotonic()
    reply = say(target, LETTER)
    assert (reply.code, reply.enhanced) == (451, "4.3.0")
    assert time.monotonic() - begun < 5
    assert target.contents() == []


def test_attach_18_nobody_there_is_no_answer(attack, tmp_path):
    target = attack(scanning(f"127.0.0.1:{free_port()}", f"unix:{tmp_path}/none"))
    assert say(target, LETTER).code == 451
    assert target.contents() == []


def test_attach_18_too_large_for_the_engine_is_held(scripted):
    target, _ = scripted(b"INSTREAM size limit exceeded. ERROR\0", reads=1000)
    assert say(target, mixed(part(b"\0" * 500_000))).code == 250
    assert target.wait_for_record(event="transaction")["rule"] == "antivirus-unscannable"
    assert target.contents() == []


def test_attach_18_an_allowed_client_waits_for_the_engine_too(attack):
    settings = scanning(f"127.0.0.1:{free_port()}")
    settings["checks"]["access_client"] = {"allow": ["127.0.0.0/8"]}
    target = attack(settings)
    assert say(target, LETTER).code == 451


def test_attach_18_an_engine_that_is_not_required_holds_up_nobody(attack):
    target = attack(scanning(f"127.0.0.1:{free_port()}", required=False))
    assert say(target, LETTER).code == 250


def test_attach_18_one_that_is_killed_and_comes_back_scans_again(attack, start_clamd):
    first = start_clamd()
    target = attack(scanning(first.unix))
    assert say(target, LETTER).code == 250
    first.kill()
    other = LETTER.replace(b"Nothing", b"Nothing at all")
    assert say(target, other).code == 451
    start_clamd(place=first)
    assert say(target, other).code == 250
    assert say(target, HIDDEN["in base64"]).code == 554
    target.assert_backend_saw(LETTER, other)


def test_attach_18_clients_that_come_back_do_not_stack_scans(scripted):
    target, server = scripted(Pause(2.0), timeout="30s")
    server.scans = ((Pause(2.0)), b"stream: OK\0")
    codes = []
    clients = [threading.Thread(target=lambda: codes.append(say(target, LETTER).code)) for _ in range(6)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert server.scanned == 1
    assert set(codes) <= {250, 451}


# ── ATTACH-19 ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "name", [b"$(touch x)", b"`touch x`", b"a;touch x", b"a|touch x", b"\\0zSHUTDOWN\\0", b"../../etc/passwd", b"%v"]
)
def test_attach_19_no_name_of_a_file_is_told_to_the_engine(scripted, name):
    target, server = scripted(b"stream: OK\0")
    content = mixed(part(b"x", name=name))
    assert say(target, content).code == 250  # it has heard VERSION and INSTREAM, and nothing else
    assert server.samples == [content]


def test_attach_19_the_engine_sees_the_message_as_its_recipient_will(scripted):
    target, server = scripted(b"stream: OK\0")
    assert say(target, DOTTED).code == 250
    assert server.samples == [DOTTED]


def test_attach_19_a_name_that_an_engine_gives_does_no_harm(scripted):
    target, _ = scripted(b"stream: x\xc3\xa9<b>{detail} FOUND\0")
    assert str(say(target, LETTER)).startswith("554 5.7.1 Message contains malware: x??<b>{detail} (clamav)")


def test_attach_17_an_operator_lets_malware_pass_only_by_its_very_code(attack, clamd):
    everything = {"name": "all", "phase": "message", "when": "true", "action": "accept"}
    samples = {
        "name": "samples", "phase": "message", "when": "recipient.domain == 'example.test'", "action": "ignore",
        "ignore": ["antivirus.virus"],
    }  # fmt: skip
    content = HIDDEN["in base64"]
    assert say(attack({**scanning(clamd.unix), "policy": {"rules": [everything]}}), content).code == 554
    assert say(attack({**scanning(clamd.unix), "policy": {"rules": [everything, samples]}}), content).code == 250
