"""The processes beside the workers."""

import socket
import stat
from types import SimpleNamespace

import pytest

from gatepost.app.services import HOUSEKEEPER, JOURNAL, bound, services
from tests.config.texts import loaded


def made(change, tmp_path):
    whole = {**change, "gateway": {"data_dir": str(tmp_path), **change.get("gateway", {})}}
    return services(loaded(whole).settings, SimpleNamespace(generation=3, journals=(), control=None))


def test_the_journals_writer_is_one_and_nothing_works_without_it(tmp_path):
    journal, _ = made({}, tmp_path)
    assert (journal.name, journal.critical, journal.exclusive) == (JOURNAL, True, True)


def test_every_ldap_directory_that_is_asked_has_a_process(tmp_path):
    (tmp_path / "password").write_text("x")
    section = {
        "type": "ldap", "urls": ["ldaps://dc1.example.com"], "base": "dc=example,dc=com", "bind_dn": "cn=reader",
        "password_file": str(tmp_path / "password"),
    }  # fmt: skip
    change = {"domains": {"example.com": {"recipients": "ad"}}, "directories": {"ad": section, "unused": section}}
    _, directory, _ = made(change, tmp_path)
    assert (directory.name, directory.critical) == ("directory.ad", False)
    assert (tmp_path / "run" / "directory.ad.3.sock").is_socket()


def test_there_is_a_housekeeper(tmp_path):
    _, housekeeper = made({}, tmp_path)
    assert (housekeeper.name, housekeeper.critical, housekeeper.exclusive) == (HOUSEKEEPER, False, True)


def test_its_socket_is_ours_alone(tmp_path):
    path = tmp_path / "run" / "x.sock"
    with bound(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_a_predecessor_left_there_is_replaced(tmp_path):
    path = tmp_path / "run" / "x.sock"
    with bound(path):
        pass
    with bound(path), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_place_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(OSError):
        bound(tmp_path / "run" / "x.sock")
