import json
import os
import subprocess
import sys
from pathlib import Path

from tests.servers.loopback import HOST

PROGRAM = Path(sys.executable).with_name("gatepost")


def adapter(lines, **environment):
    command = [str(PROGRAM), "auth-adapter"]
    given = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, input=lines, capture_output=True, text=True, env=given, timeout=30, check=False)


def test_each_line_has_its_answer_and_nothing_is_remembered(start_names):
    server = start_names({"example.net": {"TXT": ["v=spf1 -all"]}})
    question = json.dumps({"kind": "spf", "ip": "192.0.2.1", "helo": "x.example", "mail_from": "a@example.net"})
    ended = adapter(f"{question}\n\nnonsense\n{question}\n", AUTH_DNS=f"{HOST}:{server.port}")
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [answer.get("result") for answer in answers] == ["fail", None, "fail"] and "error" in answers[1]
    assert ended.returncode == 0 and server.count("example.net") == 2


def test_without_a_resolver_it_says_what_to_set():
    ended = adapter("")
    assert ended.returncode == 1 and "AUTH_DNS" in ended.stderr


def test_it_is_not_among_the_commands_for_operators():
    shown = subprocess.run([str(PROGRAM), "--help"], capture_output=True, text=True, timeout=30, check=True).stdout
    assert "auth-adapter" not in shown
