"""The parts' settings under one roof."""

import pytest

from gatepost.adapters.directory_file import FileSettings
from gatepost.config.settings import backend_host, domain_key, settings_model
from gatepost.engine.catalogue import check_classes
from gatepost.model.check_settings import CheckSettings
from tests.config.texts import loaded


def test_every_check_that_is_installed_has_its_section():
    sections = loaded({}).settings.checks.sections()
    assert set(sections) == {cls.spec.settings for cls in check_classes().values()}
    assert all(isinstance(section, CheckSettings) for section in sections.values())


def test_a_section_has_the_checks_own_settings():
    sections = loaded({"checks": {"harvest": {"unknown_recipients": 3}}}).settings.checks.sections()
    assert sections["harvest"].model_dump()["unknown_recipients"] == 3


def test_a_directory_gets_the_settings_of_its_type():
    settings = loaded({"directories": {"staff": {"type": "file", "path": "/x"}}}).settings
    assert isinstance(settings.directories["staff"], FileSettings)


def test_what_is_left_out_has_defaults():
    settings = loaded({}).settings
    assert (settings.profile, settings.log.to, settings.policy.rules) == ("recommended", "stderr", ())


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        loaded({}).settings.profile = "monitor"


def test_the_model_is_made_once():
    assert settings_model() is settings_model()


@pytest.mark.parametrize(
    ("written", "key"), [("Example.COM", "example.com"), ("bücher.example", "xn--bcher-kva.example")]
)
def test_a_domain_has_one_spelling(written, key):
    assert domain_key(written) == key


@pytest.mark.parametrize("written", ["", "a..b", "[192.0.2.1]", "exa mple.com"])
def test_what_is_no_domain_is_refused(written):
    with pytest.raises(ValueError, match=r"write (one such as |a domain such as )\[domains"):
        domain_key(written)


def test_a_backend_without_port_is_at_port_25():
    assert backend_host("192.0.2.5") == "192.0.2.5:25"
