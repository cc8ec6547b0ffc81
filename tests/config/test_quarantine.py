"""The section `[quarantine]` is looked at before mail depends on it."""

import pytest

from gatepost.adapters.quarantine.used import Used
from gatepost.config.problems import Severity
from gatepost.config.quarantine import lint_quarantine, lint_room
from tests.config.texts import loaded, problems, text


def found(change, tmp_path):
    return list(lint_quarantine(loaded({"quarantine": change}, tmp_path / "gatepost.toml")))


def test_a_file_that_holds_no_key_is_an_error_and_is_not_repeated(tmp_path):
    (tmp_path / "key").write_text("hunter2")
    (problem,) = found({"key_file": str(tmp_path / "key")}, tmp_path)
    assert (problem.rule, problem.severity) == ("quarantine.key", Severity.ERROR) and "hunter2" not in str(problem)
    assert (problem.section, problem.key) == ("quarantine", "key_file")


@pytest.mark.parametrize("change", [{}, {"retention": "1d", "size": "1GiB"}])
def test_what_is_well_is_not_spoken_of(change, tmp_path):
    (tmp_path / "key").write_text("ab" * 32)
    assert found({**change, "key_file": str(tmp_path / "key")}, tmp_path) == found(change, tmp_path) == []


def test_a_key_that_is_not_there_is_told_with_all_files(tmp_path):
    assert found({"key_file": str(tmp_path / "none")}, tmp_path) == []


def test_that_mail_may_be_given_up_is_said(tmp_path):
    (problem,) = found({"when_full": "expire-oldest"}, tmp_path)
    assert (problem.rule, problem.severity) == ("quarantine.gives-up", Severity.INFO)


@pytest.mark.parametrize(
    "change", [{"retention": "1s"}, {"size": "1KiB"}, {"when_full": "drop"}, {"key": "x"}, {"key_file": 5}]
)
def test_what_cannot_be_is_refused(change):
    assert problems(text({"quarantine": change}))


def room(tmp_path, size):
    change = {"quarantine": {"size": size}, "gateway": {"data_dir": str(tmp_path / "data")}}
    return list(lint_room(loaded(change, tmp_path / "gatepost.toml")))


def test_a_disk_with_less_room_than_the_quarantine_may_take_is_a_warning(tmp_path):
    assert room(tmp_path, "1MiB") == []
    (problem,) = room(tmp_path, "900TiB")
    assert (problem.rule, problem.severity) == ("quarantine.room", Severity.WARNING) and "free there" in problem.message


def test_what_it_has_taken_already_does_not_count_twice(tmp_path):
    (tmp_path / "data" / "quarantine").mkdir(parents=True)
    Used(tmp_path / "data" / "quarantine" / "used").recount(900 * 1024**4 - 1024**2)
    assert room(tmp_path, "900TiB") == []
