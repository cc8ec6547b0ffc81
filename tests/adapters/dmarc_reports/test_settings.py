"""`[dmarc_reports]`: what may be written there."""

import pytest
from pydantic import ValidationError

from gatepost.adapters.dmarc_reports.settings import DmarcReportSettings

WHOLE = {
    "enabled": True,
    "organization": "Example Ltd.",
    "contact": "postmaster@example.com",
    "mail_from": "dmarc@Example.com",
    "backend": "smarthost",
}


def settings(**change):
    return DmarcReportSettings.model_validate({**WHOLE, **change})


def test_it_is_off_unless_it_is_asked_for():
    assert not DmarcReportSettings.model_validate({}).enabled


def test_addresses_have_one_spelling():
    assert settings().mail_from == "dmarc@example.com"


@pytest.mark.parametrize("name", ["organization", "contact", "mail_from", "backend"])
def test_who_reports_has_to_say_who_he_is(name):
    without = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(ValidationError, match=f"without {name}: write what is missing"):
        DmarcReportSettings.model_validate(without)
    assert not DmarcReportSettings.model_validate({**without, "enabled": False}).enabled


@pytest.mark.parametrize("address", ["postmaster", "a@[192.0.2.1]", "ä@example.com", "a b@example.com", ""])
@pytest.mark.parametrize("name", ["contact", "mail_from"])
def test_an_address_is_one_that_everybody_can_answer(name, address):
    with pytest.raises(ValidationError):
        settings(**{name: address})


@pytest.mark.parametrize(("at", "due"), [("00:00", 0), ("01:30", 5400), ("23:59", 86_340)])
def test_the_time_of_day(at, due):
    assert settings(at=at).due == due


@pytest.mark.parametrize("at", ["24:00", "1:30", "01:60", "01:30:00", "noon", "", "\u0660\u0661:\u0663\u0660"])
def test_this_is_no_time_of_day(at):
    with pytest.raises(ValidationError, match="no time of day"):
        settings(at=at)


def test_domains_that_get_none():
    assert settings(exclude=["Example.COM"]).exclude == ("example.com",)
    with pytest.raises(ValidationError):
        settings(exclude=["not a domain"])


def test_a_report_has_room_for_something():
    assert settings(max_size="64KiB").max_size == 65_536
    for size in ("63KiB", 0, "large"):
        with pytest.raises(ValidationError):
            settings(max_size=size)


def test_the_name_of_the_organization_has_a_limit():
    assert settings(organization="x" * 200)
    with pytest.raises(ValidationError):
        settings(organization="x" * 201)


def test_nothing_else_may_stand_there():
    with pytest.raises(ValidationError):
        settings(password="x")
