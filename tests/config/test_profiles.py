"""A profile is what lies under the operator's file; what the operator writes wins."""

import pytest

from gatepost.config.profiles import NAMES
from gatepost.engine.catalogue import check_classes
from gatepost.gateway.listener_settings import ListenerSettings
from gatepost.smtp.table import Response
from tests.config.texts import inbound, loaded, over

LAN = {"bind": ["127.0.0.1:2526"], "relay": "inside", "relay_from": ["10.0.0.0/8"]}


def listener(profile, change=None, name="inbound"):
    return loaded(over({"profile": profile}, change or {})).settings.listeners[name]


@pytest.mark.parametrize("profile", NAMES)
def test_every_profile_is_valid(profile):
    assert loaded({"profile": profile}).settings.profile == profile


def test_recommended_is_what_a_listener_has_by_itself():
    alone = ListenerSettings.model_validate({"bind": ["127.0.0.1:2525"]})
    assert listener("recommended") == alone


def test_recommended_survives_what_todays_senders_do():
    limits = listener("recommended").limits
    assert (limits.hops, limits.connections, limits.message_size) == (100, 2000, 35 * 1024**2)
    table = listener("recommended").table()
    assert table.lengths[b"EHLO"] == 262
    assert (table.on_overlength, table.on_disabled) == (Response.REFUSE, Response.REFUSE)


def test_aggressive_has_the_papers_numbers():
    limits = listener("aggressive").limits
    assert (limits.connections, limits.messages_per_connection, limits.hops) == (100, 20, 20)
    assert limits.message_size < limits.session_size < 1.2 * limits.message_size
    assert listener("aggressive").tarpit.delay == 45.0


def test_aggressive_has_isa_servers_table_and_its_way_of_dropping():
    table = listener("aggressive").table()
    assert {verb.decode(): length for verb, length in table.lengths.items()} == {
        "BDAT": 20, "DATA": 6, "EHLO": 71, "EXPN": 71, "HELO": 71, "MAIL": 266, "NOOP": 1024, "QUIT": 6, "RCPT": 266,
        "RSET": 6, "SAML": 268, "SEND": 268, "SOML": 268, "STARTTLS": 10, "TLS": 5, "VRFY": 71, "XEXCH50": 50,
    }  # fmt: skip
    assert (table.on_overlength, table.on_disabled) == (Response.DROP, Response.DROP)


def test_aggressive_refuses_blank_senders_and_own_domains_as_the_paper_advises():
    checks = loaded({"profile": "aggressive"}).settings.checks.sections()
    assert checks["blank_sender"].enabled
    assert checks["own_domain"].model_dump(mode="json")["mode"] == "always"


def test_recommended_takes_bounces():
    assert not loaded({}).settings.checks.sections()["blank_sender"].enabled


def test_monitor_puts_every_check_in_shadow_that_is_no_limit():
    sections = loaded({"profile": "monitor"}).settings.checks.sections()
    assert {name for name, section in sections.items() if not section.shadow} == {
        name for name, cls in check_classes().items() if cls.spec.hard
    }


def test_monitor_leaves_limits_and_commands_alone():
    assert listener("monitor") == listener("recommended")


def test_monitor_puts_the_operators_rules_in_shadow():
    rule = {"name": "mine", "phase": "mail", "when": "sender.is_null", "action": "reject"}
    settings = loaded({"profile": "monitor", "policy": {"rules": [rule]}}).settings
    assert settings.policy.rules[0].shadow


def test_a_check_can_be_taken_out_of_shadow_under_monitor():
    change = {"profile": "monitor", "checks": {"harvest": {"shadow": False}}}
    assert not loaded(change).settings.checks.sections()["harvest"].shadow


@pytest.mark.parametrize("profile", NAMES)
def test_what_the_operator_writes_wins_and_the_rest_stays(profile):
    before, after = listener(profile), listener(profile, inbound(limits={"hops": 50}))
    assert after.limits.hops == 50
    assert after.limits.model_copy(update={"hops": before.limits.hops}) == before.limits


def test_a_verb_of_the_operator_is_laid_over_the_profiles_table():
    table = listener("recommended", inbound(commands={"ETRN": 100, "NOOP": False})).table()
    assert table.lengths[b"ETRN"] == 100
    assert not table.allows("NOOP")
    assert table.allows("MAIL")


@pytest.mark.parametrize(("profile", "length"), [("recommended", 71), ("aggressive", 6)])
def test_true_takes_the_profiles_length(profile, length):
    assert listener(profile, inbound(commands={"HELP": True})).commands["HELP"] == length


def test_verbs_are_the_same_in_any_case():
    assert listener("recommended", inbound(commands={"noop": False})).commands["NOOP"] == 0


def test_a_submission_listener_requires_tls_as_soon_as_it_can_speak_it():
    tls = {"certificates": [{"certificate": "/c", "key": "/k"}]}
    with_tls = {"listeners": {"lan": {**LAN, "role": "submission", "tls": tls}}}
    without = {"listeners": {"lan": {**LAN, "role": "submission"}}}
    assert listener("recommended", with_tls, "lan").tls.required
    assert not listener("recommended", without, "lan").tls.required


@pytest.mark.parametrize("profile", NAMES)
@pytest.mark.parametrize("role", ["internal", "submission"])
def test_known_clients_are_not_tar_pitted(role, profile):
    assert listener(profile, {"listeners": {"lan": {**LAN, "role": role}}}, "lan").tarpit.delay == 0


def test_aggressive_is_for_strangers_only():
    change = {"listeners": {"lan": {**LAN, "role": "internal"}}}
    assert listener("aggressive", change, "lan") == listener("recommended", change, "lan")
