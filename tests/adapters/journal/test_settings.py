from pathlib import Path

import pytest
from pydantic import ValidationError

from gatepost.adapters.journal.settings import JournalSettings, LogSettings, W3cSettings


def test_the_defaults_need_nothing():
    assert (JournalSettings().retention, JournalSettings().size, LogSettings().to) == (
        30 * 86_400,
        2 * 1024**3,
        "stderr",
    )


def test_units_are_understood():
    assert JournalSettings(retention="90d", size="10GiB", patience="500ms").patience == 0.5


@pytest.mark.parametrize("wrong", [{"retention": "1m"}, {"size": "1MiB"}, {"sync": "never"}, {"unknown": 1}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        JournalSettings(**wrong)


def test_a_file_needs_a_path():
    with pytest.raises(ValidationError, match="needs a path"):
        LogSettings(to="file")
    assert LogSettings(to="file", path="/var/log/x").path == Path("/var/log/x")


@pytest.mark.parametrize("fields", [["date", "nonsense"], ["date", "date"], []])
def test_w3c_fields_are_known_and_different(fields):
    with pytest.raises(ValidationError):
        W3cSettings(path="/x", fields=fields)
