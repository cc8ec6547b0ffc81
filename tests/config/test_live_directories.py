"""Directories are asked whether they know recipients from others."""

import asyncio

import pytest

from gatepost.adapters.directory_ldap.settings import missing
from gatepost.config import live_directories
from gatepost.config.live_directories import in_thread, lint_lists, probe_directories
from gatepost.config.problems import Severity
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.mailbox import Mailbox, Offer
from tests.config.texts import brief, loaded
from tests.servers import need
from tests.servers.loopback import free_port
from tests.servers.slapd import PASSWORD, READER, SUFFIX, Slapd

PERSON = f"dn: uid=ann,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: ann\ncn: ann\nsn: ann\nmail: ann@example.test\n"


def callout(where):
    return {
        "backends": {"inside": {"hosts": [where], "connect_timeout": "2s", "wait_timeout": "2s"}},
        "domains": {"example.com": {"recipients": "asked"}},
        "directories": {"asked": {"type": "callout", "backend": "inside"}},
    }


async def found(change):
    return {problem.rule: problem for problem in await probe_directories(loaded(change))}


async def test_a_server_that_knows_its_recipients_is_no_problem():
    async with Mailbox(Offer(recipients=frozenset({"ann@example.com"}))) as server:
        assert await found(callout(server.where)) == {}


async def test_a_server_that_takes_anybody_is_told():
    async with Mailbox() as server:
        problem = (await found(callout(server.where)))["directory.accepts-anybody"]
    assert problem.message == "[backends.inside] takes any recipient in example.com: with it nobody is unknown"
    assert "LDAP directory instead" in problem.fix


async def test_a_server_that_does_not_answer_is_an_error():
    problem = (await found(callout(f"127.0.0.1:{free_port()}")))["directory.unavailable"]
    assert problem.severity is Severity.ERROR


def ldap(url, tmp_path, password=PASSWORD, **settings):
    file = tmp_path / "password"
    file.write_text(password)
    account = {"bind_dn": READER, "password_file": str(file), "allow_plaintext": True}
    return {
        "directories": {"ad": {"type": "ldap", "urls": [url], "base": SUFFIX, "schema": "posix", **account, **settings}}
    }


@pytest.fixture(scope="module")
def slapd():
    if missing():
        need.absent(missing())
    server = Slapd([PERSON])
    server.start()
    yield server
    server.stop()


async def test_a_directory_says_how_many_recipients_it_lists(slapd, tmp_path):
    problem = (await found(ldap(slapd.url, tmp_path)))["directory.survey"]
    assert (problem.severity, problem.section) == (Severity.INFO, "directories.ad")
    assert problem.message.startswith("lists ")


async def test_a_wrong_password_is_told(slapd, tmp_path):
    problem = (await found(ldap(slapd.url, tmp_path, password="wrong")))["directory.unavailable"]
    assert problem.severity is Severity.ERROR
    assert "wrong" not in problem.message


async def test_an_empty_directory_is_told(slapd, tmp_path):
    problem = (await found(ldap(slapd.url, tmp_path, base=READER)))["directory.empty"]
    assert problem.key == "base"


async def test_a_password_file_that_is_not_there_is_left_to_those_who_look_at_files(slapd, tmp_path):
    change = ldap(slapd.url, tmp_path)
    (tmp_path / "password").unlink()
    assert await found(change) == {}


async def test_without_its_library_the_way_to_get_it_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(live_directories, "missing", lambda: "python-ldap is not installed: write `pip install it`")
    problem = (await found(ldap("ldap://127.0.0.1", tmp_path)))["directory.ldap-missing"]
    assert (problem.message, problem.fix) == ("python-ldap is not installed", "Run `pip install it`.")


def lists(tmp_path, text):
    (tmp_path / "list").write_text(text)
    configuration = loaded({"directories": {"staff": {"type": "file", "path": str(tmp_path / "list")}}})
    return [brief(problem) for problem in lint_lists(configuration)]


def test_a_list_of_recipients_is_read(tmp_path):
    assert lists(tmp_path, "ann@example.com\n") == []


def test_a_bad_line_in_a_list_is_told_with_its_number(tmp_path):
    (said,) = lists(tmp_path, "ann@example.com\nann\n")
    assert said.startswith(f"directories.staff.path: {tmp_path}/list")
    assert "2" in said.removeprefix(f"directories.staff.path: {tmp_path}")


def test_an_empty_list_is_told(tmp_path):
    assert lists(tmp_path, "# nobody yet\n") == [
        f"directories.staff.path: {tmp_path}/list: has no entry, so nobody would exist | Write an address a line."
    ]


def test_a_missing_list_is_left_to_those_who_look_at_files():
    assert list(lint_lists(loaded({"directories": {"staff": {"type": "file", "path": "/nowhere"}}}))) == []


async def test_a_directory_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(live_directories, "PATIENCE", 0.05)
    released = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang():
        asyncio.run_coroutine_threadsafe(released.wait(), loop).result(5)

    with pytest.raises(Unavailable, match="no answer"):
        await in_thread(hang)
    released.set()
