"""`gatepost init` leaves a configuration that works, and nothing where it cannot."""

import json
import os
import pty
import select
import stat
import subprocess
import sys
import time

import pytest

from gatepost.cli.init import own_name, parent
from gatepost.cli.main import run
from gatepost.config.load import load
from gatepost.config.profiles import NAMES

ANSWERS = ["--hostname", "mx1.example.com", "--domain", "example.com", "--backend", "192.0.2.5"]


def init(directory, *arguments):
    return run(["init", str(directory), *arguments])


@pytest.mark.parametrize("profile", NAMES)
def test_what_it_writes_is_usable(tmp_path, profile):
    assert init(tmp_path, *ANSWERS, "--profile", profile) == 0
    assert run(["check", "-c", str(tmp_path / "gatepost.toml"), "--offline"]) == 0
    settings = load(tmp_path / "gatepost.toml")
    assert (settings.profile, settings.gateway.hostname) == (profile, "mx1.example.com")
    assert str(settings.backends["inside"].hosts[0]) == "192.0.2.5:25"


def test_it_is_short_and_explains_itself(tmp_path):
    init(tmp_path, *ANSWERS)
    lines = (tmp_path / "gatepost.toml").read_text().splitlines()
    assert len(lines) <= 50
    assert sum("#" in line for line in lines) > 15
    assert max(map(len, lines)) <= 120


def test_what_it_suggests_in_comments_is_right_too(tmp_path):
    """Every commented setting, taken in, still gives a configuration that loads."""
    init(tmp_path, *ANSWERS)
    file = tmp_path / "gatepost.toml"
    suggested = ("# user", "# alarms", "# tls", "# [listeners", "# message_size", "# [checks", "# shadow")
    lines = [line.removeprefix("# ") if line.startswith(suggested) else line for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines))
    settings = load(file)
    assert settings.checks.sections()["harvest"].shadow
    assert settings.listeners["inbound"].tls.is_on
    assert settings.gateway.alarms.mail_to == ("postmaster@example.com",)


def test_recipients_are_looked_up_at_the_backend_unless_there_is_a_list(tmp_path):
    init(tmp_path / "a", *ANSWERS)
    (tmp_path / "list").write_text("ann@example.com\n")
    init(tmp_path / "b", *ANSWERS, "--recipients", str(tmp_path / "list"))
    assert load(tmp_path / "a" / "gatepost.toml").directories["known"].type == "callout"
    directory = load(tmp_path / "b" / "gatepost.toml").directories["known"]
    assert str(directory.path) == str(tmp_path / "list")


def test_domains_and_binds_may_be_several(tmp_path):
    init(tmp_path, *ANSWERS, "--domain", "bücher.example", "--bind", "127.0.0.1:2525", "--bind", "[::1]:2525")
    settings = load(tmp_path / "gatepost.toml")
    assert set(settings.domains) == {"example.com", "xn--bcher-kva.example"}
    assert [str(bind) for bind in settings.listeners["inbound"].bind] == ["127.0.0.1:2525", "[::1]:2525"]


def test_only_its_owner_and_group_may_read_it(tmp_path):
    before = os.umask(0)
    try:
        init(tmp_path, *ANSWERS)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "gatepost.toml").stat().st_mode) == 0o640


def test_a_file_that_is_there_is_not_replaced(tmp_path, capsys):
    (tmp_path / "gatepost.toml").write_text("mine")
    assert init(tmp_path, *ANSWERS) == 1
    assert "is there already; --force replaces it" in capsys.readouterr().err
    assert (tmp_path / "gatepost.toml").read_text() == "mine"


def test_force_replaces_it(tmp_path):
    (tmp_path / "gatepost.toml").write_text("mine")
    assert init(tmp_path, *ANSWERS, "--force") == 0
    assert load(tmp_path / "gatepost.toml").gateway.hostname == "mx1.example.com"


def test_what_is_missing_is_told_at_once_where_nobody_can_be_asked(tmp_path, capsys):
    assert init(tmp_path) == 2
    said = capsys.readouterr().err
    assert "--hostname is missing; --domain is missing; --backend is missing" in said
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_is_told_at_once_with_what_would_be_right(tmp_path, capsys):
    assert init(tmp_path, "--hostname", "mx", "--domain", "a b", "--backend", "x:y", "--profile", "z") == 2
    said = " ".join(capsys.readouterr().err.split())
    for part in ('"mx" is not fully qualified', '"a b" is no domain', '"y" is no port', '"z" is no profile'):
        assert part in said
    assert list(tmp_path.iterdir()) == []


def test_yes_guesses_what_can_be_guessed(tmp_path):
    assert init(tmp_path, "--yes", "--hostname", "mx1.example.com", "--backend", "192.0.2.5") == 0
    assert set(load(tmp_path / "gatepost.toml").domains) == {"example.com"}


def test_a_place_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert init(tmp_path / "file" / "below", *ANSWERS) == 1
    assert "cannot be written: Not a directory" in capsys.readouterr().err


def test_json_says_what_was_written(tmp_path, capsys):
    assert init(tmp_path, *ANSWERS, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "file": f"{tmp_path}/gatepost.toml",
        "profile": "recommended",
        "domains": ["example.com"],
    }


def test_the_domain_is_guessed_from_the_name():
    assert (parent("mx1.example.com"), parent("example.com")) == ("example.com", "example.com")
    assert "." in (own_name() or ".")


def converse(arguments, answers, seconds=20.0):
    """Answer the questions of a program on a terminal of its own."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gatepost", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "dumb"},
    )
    os.close(slave)
    said, waiting = b"", list(answers)
    end = time.monotonic() + seconds
    while time.monotonic() < end and select.select([master], [], [], end - time.monotonic())[0]:
        try:
            said += os.read(master, 4096)
        except OSError:  # the terminal is closed: the program has ended
            break
        if waiting and waiting[0][0].encode() in said:
            os.write(master, waiting.pop(0)[1].encode() + b"\n")
            said += b"|"
    os.close(master)
    return process.wait(seconds), said.decode()


def test_a_person_at_a_terminal_is_asked_and_asked_again(tmp_path):
    code, said = converse(
        ["init", str(tmp_path)],
        [
            ("Host name", "mx1"),
            ("is not fully qualified", "mx1.example.com"),
            ("Domain whose mail", ""),
            ("Mail server", "192.0.2.5:2525"),
            ("Profile", "monitor"),
        ],
    )
    assert code == 0, said
    assert "[example.com]" in said
    settings = load(tmp_path / "gatepost.toml")
    assert (settings.profile, set(settings.domains)) == ("monitor", {"example.com"})
    assert str(settings.backends["inside"].hosts[0]) == "192.0.2.5:2525"
