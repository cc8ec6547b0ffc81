"""Entries that a check's list cannot hold are told at the line of the entry, before the gateway is started."""

from gatepost.config.access_lists import lint_access_lists
from tests.config.texts import brief, loaded


def found(change):
    return [brief(problem) for problem in lint_access_lists(loaded({"checks": change}))]


def test_lists_that_can_be_read_are_no_problem(tmp_path):
    (tmp_path / "list").write_text("10.0.0.0/8\n# mine\n192.0.2.7\n")
    assert found({"access_client": {"allow": ["10.0.0.0/8", "::1"], "deny_file": str(tmp_path / "list")}}) == []


def test_every_bad_entry_is_told():
    assert found({"access_client": {"allow": ["10.0.0.1/8", "10.0.0.0/8", "foo"]}}) == [
        'checks.access_client.allow: "10.0.0.1/8": an address with a prefix length | '
        'Write "10.0.0.0/8" for the network.',
        'checks.access_client.allow: "foo": no address or network | Write one such as "192.0.2.7" or "192.0.2.0/24".',
    ]


def test_an_entry_of_another_sort_is_told():
    (said,) = found({"access_sender": {"deny": ["example.com"]}})
    assert said.startswith('checks.access_sender.deny: "example.com" cannot stand in this list | Write "@example.com"')


def test_a_bad_line_of_a_file_is_told_with_its_number(tmp_path):
    (tmp_path / "list").write_text("10.0.0.0/8\nfoo\n")
    (said,) = found({"access_client": {"deny_file": str(tmp_path / "list")}})
    assert said.startswith(f"checks.access_client.deny_file: {tmp_path}/list, line 2")


def test_a_missing_file_is_left_to_those_who_look_at_files(tmp_path):
    assert found({"access_client": {"deny_file": str(tmp_path / "no")}}) == []


def test_a_check_that_is_off_is_not_asked():
    assert found({"access_client": {"enabled": False, "allow": ["foo"]}}) == []
