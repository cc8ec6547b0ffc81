"""ATTACH-17 without any antivirus engine: the rules that come with the gateway, and an operator's own."""

import pytest

from tests.attacks.engines import HEAD, HIDDEN, mixed, part, stuffed, zipped
from tests.servers.loopback import wait_until

LOOKING = {"checks": {"mime": {"enabled": True}, "attachments": {"enabled": False}}}
RULE = 'rule Own_{0} {{ strings: $a = "{0}" condition: $a }}\n'
HONEST = mixed(part(b"blue"))


def say(target, content):
    with target.connect() as client:
        client.ehlo()
        return client.deliver(stuffed(content))


@pytest.fixture
def looking(attack):
    return attack(LOOKING)


def test_attach_17_the_test_file_is_refused_wherever_it_is(looking):
    for where, content in HIDDEN.items():
        reply = str(say(looking, content))
        assert reply.startswith("554 5.7.1 Message contains malware: Eicar_"), (where, reply)
    assert say(looking, HONEST).code == 250
    looking.assert_backend_saw(HONEST)


def test_rules_of_an_operator_are_matched_and_read_again(attack, tmp_path):
    file = tmp_path / "own.yar"
    file.write_text(RULE.format("green"))
    engines = {"own": {"type": "yara", "directories": [str(tmp_path)]}}
    target = attack({**LOOKING, "engines": engines, "checks": {**LOOKING["checks"], "antivirus": {"engines": ["own"]}}})
    assert say(target, mixed(part(zipped(b"green", 2, "a.txt")))).code == 554
    assert say(target, mixed(part(b"blue"))).code == 250
    file.write_text(RULE.format("green") + RULE.format("blue"))
    wait_until(lambda: say(target, HONEST).code == 554, seconds=10, what="the new rules are in force")
    file.write_text("rule Broken {")
    target.wait_for_record(key="inspection.rules")
    assert say(target, HONEST).code == 554


def test_a_name_that_does_not_count_lets_the_message_pass(attack):
    settings = {**LOOKING, "checks": {**LOOKING["checks"], "antivirus": {"ignore": ["Eicar_*"]}}}
    assert say(attack(settings), HIDDEN["in base64"]).code == 250


def test_a_text_that_speaks_of_the_test_file_is_no_malware(looking):
    assert say(looking, HEAD + b"\r\nThe test file is a line of 68 characters.\r\n").code == 250
