"""What every section of a check has."""

import pytest

from gatepost.model.check import NOTHING_FOUND, Check, FailMode
from gatepost.model.check_settings import AccessSettings, CheckSettings


def test_a_check_is_on_enforced_and_fails_as_it_declares():
    settings = CheckSettings()
    assert (settings.enabled, settings.shadow, settings.if_unavailable) == (True, False, None)


def test_failure_modes_are_written_as_words():
    assert CheckSettings(if_unavailable="tempfail").if_unavailable is FailMode.TEMPFAIL


@pytest.mark.parametrize("key", ["allow", "allow_file", "deny", "deny_file"])
def test_an_access_list_with_any_entry_or_file_is_not_empty(key):
    assert AccessSettings().is_empty
    assert not AccessSettings(**{key: "f" if key.endswith("file") else ("x",)}).is_empty


def test_a_check_has_something_to_do_unless_it_says_otherwise():
    class Anything(Check):
        def __call__(self, at):
            return NOTHING_FOUND

    assert not Anything().is_idle()
