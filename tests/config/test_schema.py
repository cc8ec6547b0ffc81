"""Places of the configuration are found by path, and said in words."""

import pytest

from gatepost.adapters.directory_callout import CalloutSettings
from gatepost.config.schema import choices, fields, find, model_at, sections, takes
from gatepost.config.settings import settings_model
from gatepost.gateway.listener_settings import LimitSettings
from gatepost.model.check_settings import CheckSettings
from gatepost.policy.settings import RuleSettings

ROOT = settings_model()


@pytest.mark.parametrize(
    ("path", "raw", "name"),
    [
        (("gateway", "hostname"), {}, "hostname"),
        (("listeners", "x", "limits", "hops"), {}, "hops"),
        (("listeners", "x", "bind", 1), {}, "bind"),
        (("policy", "rules", 0, "when"), {}, "when"),
        (("directories", "d", "schema"), {"directories": {"d": {"type": "ldap"}}}, "layout"),
        (("checks", "rate", "enabled"), {}, "enabled"),
    ],
)
def test_a_field_is_found_by_its_path(path, raw, name):
    place = find(ROOT, path, raw)
    assert place is not None
    assert place.name == name


def test_what_is_not_there_is_not_found():
    assert find(ROOT, ("gateway", "nothing"), {}) is None
    assert find(ROOT, ("gateway", "hostname", "deeper"), {}) is None


def test_the_type_of_a_directory_says_which_settings_it_has():
    raw = {"directories": {"d": {"type": "callout"}}}
    assert model_at(ROOT, ("directories", "d"), raw) is CalloutSettings


@pytest.mark.parametrize(
    ("model", "key", "said"),
    [
        (LimitSettings, "hops", "a whole number"),
        (LimitSettings, "idle", 'a duration such as "30s", "5m" or "2h"'),
        (LimitSettings, "message_size", 'a size such as "256KiB" or "35MiB"'),
        (CheckSettings, "enabled", "true or false"),
        (CheckSettings, "if_unavailable", '"open", "tempfail" or "closed"'),
        (RuleSettings, "ignore", "a list, each a string"),
        (RuleSettings, "reply", "a table"),
        (RuleSettings, "delay", 'a duration such as "30s", "5m" or "2h"'),
    ],
)
def test_what_a_field_takes_is_said_in_words(model, key, said):
    assert takes(fields(model)[key].hint) == said


def test_the_values_of_an_enumeration_are_known():
    assert choices(fields(CheckSettings)["if_unavailable"].hint) == ["open", "tempfail", "closed"]


def test_every_section_is_walked_with_its_free_names():
    names = [name for name, _ in sections(ROOT)]
    assert {"", "gateway.alarms", "listeners.<name>.tls.certificates[]", "policy.rules[].reply", "checks.rate"} <= set(
        names
    )
    assert names.count("directories.<name>") == 3
