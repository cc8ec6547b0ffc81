"""What a listener is told: limits, verbs, tar pit, TLS."""

import pytest

from gatepost.gateway.listener_settings import (
    LENGTHS,
    RECOMMENDED,
    LimitSettings,
    ListenerSettings,
    TarpitSettings,
    TlsSettings,
    recommended_commands,
)
from gatepost.model.limits import Limits
from gatepost.model.stage import Role
from gatepost.smtp.table import STANDARD, Offer, Response

PAIR = {"certificate": "/c", "key": "/k"}


def listener(**settings):
    return ListenerSettings.model_validate({"bind": ["127.0.0.1:25"], **settings})


def test_the_defaults_are_the_models_own():
    assert LimitSettings().limits() == Limits()


def test_limits_are_handed_on_in_octets_and_seconds():
    settings = LimitSettings.model_validate({"message_size": "1MiB", "idle": "2m"})
    assert settings.limits() == Limits(message_size=1024**2, idle=120.0)


def test_every_verb_with_a_meaning_has_a_length():
    assert set(LENGTHS) >= STANDARD


def test_a_listener_takes_what_internet_mail_uses_and_denies_the_rest():
    table = listener().table()
    assert {verb.decode() for verb in table.lengths} == RECOMMENDED
    assert not any(table.allows(verb) for verb in ("AUTH", "HELP", "ETRN", "TURN", "EXPN", "X-EXPS", "SEND"))


def test_a_verb_that_is_zero_or_false_is_not_in_the_table():
    table = listener(commands={"MAIL": 266, "NOOP": False, "VRFY": 0}).table()
    assert dict(table.lengths) == {b"MAIL": 266}


def test_true_takes_the_usual_length():
    assert listener(commands={"help": True}).commands == {"HELP": LENGTHS["HELP"]}


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        ({"XFOO": True}, "XFOO = true: no length is known for it: write its longest line"),
        ({"STARTTLS": 9}, "STARTTLS = 9 is shorter than the verb and CRLF: write 10 or more"),
        ({"NOOP": 4}, "takes true, false, or the longest line"),
        ({"NOOP": 12_289}, "takes true, false, or the longest line"),
        ({"NOOP": "6"}, "takes true, false, or the longest line"),
        ({"NOOP": 6.0}, "takes true, false, or the longest line"),
        ({"NO OP": 6}, "is no verb"),
    ],
)
def test_a_length_that_cannot_be_is_refused(commands, said):
    with pytest.raises(ValueError, match=said):
        listener(commands=commands)


@pytest.mark.parametrize(("written", "response"), [("refuse", Response.REFUSE), ("drop", Response.DROP)])
def test_the_table_knows_how_violations_are_met(written, response):
    table = listener(policies={"on_overlength": written, "on_disabled": written}).table()
    assert (table.on_overlength, table.on_disabled) == (response, response)


def test_lengths_grow_by_what_is_offered():
    lengths = listener().table().longest(Offer(size=1000, dsn=True))
    assert lengths[b"RCPT"] > recommended_commands()["RCPT"]


def test_the_tar_pit_grows_to_its_maximum():
    with pytest.raises(ValueError, match="maximum is shorter than delay"):
        TarpitSettings.model_validate({"delay": "60s", "maximum": "30s"})
    assert TarpitSettings.model_validate({"delay": "30s", "maximum": "30s"}).maximum == 30.0


def test_tls_is_off_without_certificates_and_on_with_them():
    assert not TlsSettings().is_on
    assert TlsSettings.model_validate({"certificates": [PAIR]}).is_on
    assert not TlsSettings.model_validate({"certificates": [PAIR], "mode": "off"}).is_on


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_a_mode_of_tls_that_is_asked_for_needs_certificates(mode):
    with pytest.raises(ValueError, match="needs certificates"):
        TlsSettings.model_validate({"mode": mode})


@pytest.mark.parametrize(
    "requirement",
    [{"required": True}, {"required_from": ["10.0.0.0/8"]}, {"required_sender_domains": ["bank.example"]}],
    ids=str,
)
def test_tls_cannot_be_required_where_there_is_none(requirement):
    with pytest.raises(ValueError, match="required but there is none"):
        TlsSettings.model_validate(requirement)
    assert TlsSettings.model_validate({"certificates": [PAIR], **requirement}).is_on


@pytest.mark.parametrize("banner", ["two\nlines", "grüß", "tab\there", "x" * 201])
def test_a_banner_is_one_short_line_of_ascii(banner):
    with pytest.raises(ValueError, match=r"banner|200"):
        listener(banner=banner)


def test_the_default_banner_names_no_product():
    assert listener().banner == "ESMTP"


def test_a_listener_is_for_the_internet_unless_told_otherwise():
    assert listener().role is Role.INBOUND
    assert listener(role="internal").role is Role.INTERNAL
