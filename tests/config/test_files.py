"""Files that the configuration names are looked at; what is wrong with them is told at the key that names them."""

import pytest

from gatepost.config.files import EXPIRES_SOON, expiring, lint_files
from gatepost.config.problems import Severity
from gatepost.gateway.certificate import read_certificate
from tests.config.texts import inbound, loaded, nobody, over


@pytest.fixture
def pair(authority):
    issued = authority.issue("mx1.example.com")
    return {"certificate": str(issued.chain), "key": str(issued.key)}


def listener(*pairs):
    return inbound(tls={"certificates": list(pairs)})


def found(change, file="gatepost.toml"):
    return {(p.rule, p.key): p for p in lint_files(loaded(change, file))}


def directory(path):
    return {"directories": {"staff": {"type": "file", "path": str(path)}}}


def ldap(path):
    settings = {"type": "ldap", "urls": ["ldaps://h"], "base": "", "bind_dn": "cn=x", "password_file": str(path)}
    return {"directories": {"ad": settings}}


def test_files_that_are_there_are_no_problem(pair):
    assert found(listener(pair)) == {}


def test_a_missing_file_is_an_error_at_its_key(tmp_path):
    problem = found(directory(tmp_path / "no"))[("file.missing", "path")]
    assert problem.severity is Severity.ERROR
    assert problem.message == f"{tmp_path}/no does not exist"
    assert problem.section == "directories.staff"


def test_a_directory_in_place_of_a_file_is_told(tmp_path):
    assert ("file.directory", "path") in found(directory(tmp_path))


def test_a_name_that_no_file_can_have_is_told():
    assert ("file.unreadable", "path") in found(directory("/tmp/" + "x" * 300))


def test_lists_of_checks_are_looked_at_too(tmp_path):
    change = {"checks": {"access_client": {"deny_file": str(tmp_path / "no")}}}
    assert ("file.missing", "deny_file") in found(change)


def test_what_the_gateway_writes_need_not_be_there(tmp_path):
    change = {"gateway": {"data_dir": str(tmp_path / "no")}, "log": {"to": "file", "path": str(tmp_path / "log")}}
    assert found(change) == {}


def test_a_file_that_may_not_be_read_is_told(tmp_path):
    (tmp_path / "list").touch(mode=0o600)
    tmp_path.chmod(0o755)
    with nobody():
        rules = {rule for rule, _ in found(directory(tmp_path / "list"))}
    assert rules == {"file.unreadable"}


@pytest.mark.parametrize(("mode", "told"), [(0o600, False), (0o640, False), (0o604, True), (0o602, True)])
def test_a_password_that_others_can_read_is_told(tmp_path, mode, told):
    file = tmp_path / "password"
    file.write_text("x")
    file.chmod(mode)
    assert (("file.exposed", "password_file") in found(ldap(file))) is told


@pytest.mark.parametrize(("mode", "told"), [(0o644, False), (0o646, True)])
def test_a_list_that_others_can_write_is_told(tmp_path, mode, told):
    file = tmp_path / "list"
    file.write_text("")
    file.chmod(mode)
    assert (("file.exposed", "path") in found(directory(file))) is told


@pytest.mark.parametrize(("mode", "told"), [(0o644, False), (0o666, True)])
def test_a_configuration_that_others_can_write_is_told(tmp_path, mode, told):
    file = tmp_path / "gatepost.toml"
    file.touch()
    file.chmod(mode)
    assert (("file.exposed", "") in found({}, file)) is told


def test_what_may_be_the_password_itself_is_not_shown():
    problem = found(ldap("hunter2/nowhere"))[("file.missing", "password_file")]
    assert "hunter2" not in str(problem) + problem.value


@pytest.mark.parametrize(("mode", "told"), [(0o700, False), (0o600, True)])
def test_an_alarm_command_must_be_a_program(tmp_path, mode, told):
    file = tmp_path / "page"
    file.touch()
    file.chmod(mode)
    change = {"gateway": {"alarms": {"command": str(file)}}}
    assert (("file.not-a-program", "command") in found(change)) is told


def test_a_key_of_another_certificate_is_told(pair, authority):
    other = authority.issue("mx2.example.com")
    problem = found(listener({**pair, "key": str(other.key)}))[("file.certificate", "certificate")]
    assert problem.severity is Severity.ERROR
    assert "is not its key" in problem.message


def test_a_file_that_is_no_certificate_is_told(pair, tmp_path):
    (tmp_path / "crt").write_text("nothing")
    assert ("file.certificate", "certificate") in found(listener({**pair, "certificate": str(tmp_path / "crt")}))


def test_the_certificate_shown_to_a_backend_is_looked_at_too(pair, authority):
    other = authority.issue("mx2.example.com")
    wrong_pair = {**pair, "key": str(other.key)}
    change = {"backends": {"inside": {"client_certificate": wrong_pair}}}
    assert ("file.certificate", "certificate") in found(change)


@pytest.mark.parametrize(
    ("left", "severity", "said"),
    [
        (EXPIRES_SOON + 60, None, ""),
        (EXPIRES_SOON - 60, Severity.WARNING, "expires in 14 days"),
        (-1, Severity.ERROR, "has expired"),
    ],
)
def test_a_certificate_is_told_before_it_runs_out(pair, left, severity, said):
    now = read_certificate(pair["certificate"], pair["key"]).expires - left
    problems = list(expiring(loaded(listener(pair)), now))
    assert [p.severity for p in problems] == ([severity] if severity else [])
    assert all(said in p.message for p in problems)


def test_a_certificate_that_cannot_be_read_is_told_once(tmp_path):
    missing = {"certificate": str(tmp_path / "c"), "key": str(tmp_path / "k")}
    assert list(expiring(loaded(listener(missing)), 0.0)) == []
    assert set(found(over(listener(missing), {}))) == {("file.missing", "certificate"), ("file.missing", "key")}
