"""Whether the gateway could start here is tried, not guessed."""

import errno
import socket
import tempfile
from pathlib import Path

import pytest

from gatepost.config import live
from gatepost.config.live import bind_error, bind_problem, probe, probe_binds, probe_places
from gatepost.config.problems import Severity
from gatepost.gateway.settings import Endpoint
from gatepost.testing.mailbox import Mailbox
from tests.config.texts import inbound, loaded, nobody
from tests.servers.loopback import free_port


def binds(address):
    return {problem.rule: problem for problem in probe_binds(loaded(inbound(bind=[address])))}


def test_a_free_port_is_no_problem():
    assert binds(f"127.0.0.1:{free_port()}") == {}


def test_a_port_that_is_in_use_is_a_warning_since_it_may_be_this_gateway():
    with socket.create_server(("127.0.0.1", 0)) as server:
        problem = binds(f"127.0.0.1:{server.getsockname()[1]}")["bind.in-use"]
    assert problem.severity is Severity.WARNING
    assert "If it is this gateway" in problem.fix


def test_an_address_of_another_machine_is_an_error():
    assert binds("192.0.2.1:2525")["bind.not-here"].severity is Severity.ERROR


@pytest.mark.parametrize(("error", "rule"), [(errno.EACCES, "bind.not-allowed"), (errno.EAFNOSUPPORT, "bind.failed")])
def test_other_refusals_are_told(error, rule):
    path = ("listeners", "inbound", "bind", 0)
    assert bind_problem(loaded({}), path, Endpoint("127.0.0.1", 25), error).rule == rule


def test_ipv6_does_not_take_the_ipv4_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = bind_error(Endpoint("::1", server.getsockname()[1]))
    assert error in (0, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def places(change):
    return {(problem.rule, problem.key) for problem in probe_places(loaded(change))}


def test_directories_that_can_be_made_are_no_problem(tmp_path):
    assert places({"gateway": {"data_dir": str(tmp_path / "a" / "b")}}) == set()


@pytest.fixture
def read_only():
    """A directory that others see and may not write, nor its owner."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o555)
        yield Path(made)


@pytest.mark.parametrize("below", ["", "a"])
def test_a_directory_that_cannot_be_made_or_written_is_told(read_only, below):
    with nobody():
        assert ("place.not-writable", "data_dir") in places({"gateway": {"data_dir": str(read_only / below)}})


def test_a_file_in_place_of_the_directory_is_told(tmp_path):
    (tmp_path / "file").touch()
    assert ("place.not-a-directory", "data_dir") in places({"gateway": {"data_dir": str(tmp_path / "file")}})


def test_directories_of_logs_are_looked_at(tmp_path):
    (tmp_path / "file").touch()
    data = {"data_dir": str(tmp_path / "data")}
    log = {"to": "file", "path": str(tmp_path / "file" / "log"), "w3c": {"path": str(tmp_path / "file" / "w3c")}}
    assert places({"gateway": data, "log": log}) == {("place.not-a-directory", "path")}


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(live, "ROOM", 2**63)
    assert ("data-dir.room", "data_dir") in places({"gateway": {"data_dir": str(tmp_path)}})


async def test_everything_is_tried_at_once(tmp_path):
    async with Mailbox() as server:
        change = {
            "gateway": {"data_dir": str(tmp_path)},
            "dns": {"servers": [f"127.0.0.1:{free_port()}"], "tries": 1},
            "backends": {"inside": {"hosts": [server.where]}},
            "listeners": {"inbound": {"bind": ["192.0.2.1:2525"]}},
        }
        rules = {problem.rule for problem in await probe(loaded(change))}
    assert rules == {"bind.not-here", "backend.clear", "dns.silent", "engine.none", "inspection.held"}
