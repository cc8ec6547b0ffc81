"""`gatepost check` says everything there is to say, and ends as scripts expect."""

import asyncio
import json

import pytest

from gatepost.cli.main import run
from gatepost.testing.mailbox import Mailbox
from tests.config.texts import CAREFUL, inbound, over, text


@pytest.fixture
def careful(tmp_path, authority):
    """A configuration with nothing to say about it, but for who runs the test."""
    issued = authority.issue("mx1.example.com")
    (tmp_path / "recipients").write_text("ann@example.com\n")
    certificates = [{"certificate": str(issued.chain), "key": str(issued.key)}]
    change = {
        "gateway": {"data_dir": str(tmp_path / "data"), "user": "nobody"},
        "directories": {"staff": {"type": "file", "path": str(tmp_path / "recipients")}},
        "listeners": {"inbound": {"tls": {"certificates": certificates}}},
    }
    return over(CAREFUL, change)


@pytest.fixture
def check(tmp_path, capsys):
    def checked(change, *arguments):
        file = tmp_path / "gatepost.toml"
        file.write_text(text(change))
        code = run(["check", "-c", str(file), *arguments])
        return code, capsys.readouterr().out

    return checked


def test_nothing_to_say_is_said_in_one_line(check, careful, tmp_path):
    assert check(careful, "--offline") == (0, f"{tmp_path}/gatepost.toml: usable: 0 errors, 0 warnings\n")


def test_a_mistake_ends_with_1(check):
    code, out = check({"gateway": {"workers": 0}}, "--offline")
    assert code == 1
    assert "[gateway] workers: 0 is too small: at least 1\n    Worker processes" in out
    assert out.endswith("not usable: 1 error, 0 warnings\n")


def test_a_warning_ends_with_0_and_with_1_where_strictness_is_asked_for(check, careful):
    change = over(careful, {"listeners": {"inbound": {"limits": {"hops": 20}}}})
    assert check(change, "--offline")[0] == 0
    assert check(change, "--offline", "--strict")[0] == 1


def test_json_has_every_part_of_a_finding(check, tmp_path):
    code, out = check({"gateway": {"workers": 0}}, "--offline", "--json")
    assert code == 1
    assert json.loads(out) == {
        "file": f"{tmp_path}/gatepost.toml",
        "usable": False,
        "findings": [
            {
                "severity": "error",
                "rule": "value",
                "file": f"{tmp_path}/gatepost.toml",
                "line": 3,
                "section": "gateway",
                "key": "workers",
                "value": "0",
                "message": "0 is too small: at least 1",
                "fix": "Worker processes; default: one for each core of the machine.",
            }
        ],
    }


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"listeners": {"inbound": {"limits": {"hops": 20}}}}, "limits.hops"),
        ({"gateway": {"user": "no-such-user-here"}}, "gateway.no-user"),
        ({"directories": {"staff": {"path": "/nowhere"}}}, "file.missing"),
        ({"checks": {"access_client": {"deny": ["foo"]}}}, "list.entry"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_every_kind_of_lint_is_asked(check, careful, change, rule):
    _, out = check(over(careful, change), "--offline", "--json")
    assert rule in [finding["rule"] for finding in json.loads(out)["findings"]]


def test_the_network_is_asked_unless_offline(check, careful):
    change = over(
        careful,
        {"backends": {"inside": {"hosts": ["127.0.0.1:1"]}}, "listeners": {"inbound": {"bind": ["127.0.0.1:0"]}}},
    )
    assert check(change, "--offline")[0] == 0
    code, out = check(change)
    assert code == 1
    assert "127.0.0.1:1 is not ready for mail" in out


async def test_a_backend_that_answers_is_no_error(check, careful):
    async with Mailbox() as server:
        change = over(
            careful,
            {"backends": {"inside": {"hosts": [server.where]}}, "listeners": {"inbound": {"bind": ["127.0.0.1:0"]}}},
        )
        code, out = await asyncio.to_thread(check, change)
    assert code == 0, out


async def test_what_only_shows_when_all_is_put_together_is_told(check, careful, tmp_path):
    (tmp_path / "recipients").unlink()
    async with Mailbox() as server:
        change = over(careful, {"backends": {"inside": {"hosts": [server.where]}}, **inbound(bind=["127.0.0.1:0"])})
        code, out = await asyncio.to_thread(check, change, "--json")
    assert code == 1
    assert {"file.missing", "self-test"} <= {finding["rule"] for finding in json.loads(out)["findings"]}


def test_control_characters_from_the_file_do_not_reach_the_terminal(check):
    _, out = check({"gateway": {"\x1b[2J": 1}}, "--offline")
    assert "\x1b" not in out
