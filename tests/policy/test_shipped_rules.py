"""The shipped rules as data: codes that exist, replies that are right, names that stay."""

import re

import pytest

from gatepost.engine.catalogue import check_classes
from gatepost.engine.plan import phase_of
from gatepost.model.phase import Phase
from gatepost.model.verdict import Action
from gatepost.policy.shipped_rules import (
    ALLOWED,
    BASICS,
    FACTS,
    LIMITS,
    MALWARE,
    RELAY,
    UNSCANNABLE,
    WISHING,
)

ALL = (*RELAY, *LIMITS, *BASICS, *ALLOWED, *FACTS, *MALWARE, *UNSCANNABLE)
CHECKS = check_classes()
KINDS = {kind.code: phase_of(cls) for cls in CHECKS.values() for kind in cls.spec.kinds}
EVIDENCE_ONLY = {
    # a few points each; refused by nobody's rule but an operator's
    "header.malformed", "header.no_date", "header.duplicate", "header.eight_bit",
    "helo.single_label", "helo.bare_ip", "helo.literal_differs", "helo.localhost",
    "lines.too_long", "lines.eight_bit",
    "sender_syntax.single_label", "sender_syntax.literal", "sender_syntax.numeric",
    "author.odd", "author.nobody", "spf.weak", "spf.softfail", "spf.permerror", "spf_helo.fail",
    "spf_relayed.weak", "spf_relayed.fail", "spf_relayed.softfail", "spf_relayed.permerror",
    "dkim.partial", "dkim.unsigned_copy", "dkim.unverified", "dkim_replay.many", "dmarc.permerror", "dmarc.fail",
    "bounce.unknown", "campaign.many_sources", "campaign.known_bad", "reputation.bad",
    "impersonation.own_name", "impersonation.other_address", "impersonation.hidden",
    "lookalike.hyphenated", "lookalike.mixed_scripts", "lookalike.latin_looks", "lookalike.envelope",
    "lookalike.combined", "lookalike.other_suffix",
    "client_name.none", "client_name.unconfirmed", "client_name.generic", "helo_name.unknown", "helo_name.private",
    "sender_domain.bogon",
}  # fmt: skip
IN_FAVOUR = {"reputation.good", "correspondent.known"}  # takes points off
KNOWN_ONLY = {
    # no points: what an operator's rules, later checks and the reader of a trace want to know
    "spf.pass", "spf.neutral", "spf.none", "spf_helo.pass",
    "spf_relayed.pass", "spf_relayed.neutral", "spf_relayed.none", "dkim.pass", "dkim.fail", "dkim.invalid", "arc.pass",
    "arc.fail", "sender_id.pass", "sender_id.fail", "sender_id.no_address", "dmarc.pass", "dmarc.none",
    "dmarc.overridden", "spam_lessons.spam", "spam_lessons.ham",
    "antivirus.no_answer", "antivirus.outdated", "dnsbl.no_answer", "dnsbl_names.no_answer", "dnsbl_from.no_answer",
    "second_opinion.no_answer",
}  # fmt: skip
WEIGHED = {
    # points are those of the operator's list; what they come to is `dnsbl_recipient.reached`
    "dnsbl.listed", "dnsbl.vouched", "dnsbl_names.helo", "dnsbl_names.sender", "dnsbl_from.listed", "dnsbl_from.link",
    # points are those of another engine, by the weight that it has
    "second_opinion.spam", "second_opinion.suspicious", "second_opinion.ham",
}  # fmt: skip
WISHED = {code for code in KINDS if code.partition(".")[0] in WISHING}  # as the check's own settings want it
CLASS = {Action.REJECT: "5", Action.DEFER: "4"}

every_rule = pytest.mark.parametrize("rule", ALL, ids=lambda rule: f"{rule.name}@{rule.phase.name}")


@every_rule
def test_the_codes_exist_and_are_known_at_that_phase(rule):
    assert all(KINDS[code] <= rule.phase for code in rule.codes)


def test_every_kind_is_decided_by_a_rule_or_only_evidence():
    decided = {code for rule in ALL for code in rule.codes}
    assert decided == KINDS.keys() - EVIDENCE_ONLY - KNOWN_ONLY - IN_FAVOUR - WEIGHED - WISHED


def test_what_is_only_evidence_has_points():
    scores = {kind.code: kind.score for cls in CHECKS.values() for kind in cls.spec.kinds}
    assert all(0 < scores[code] <= 2 for code in EVIDENCE_ONLY)
    assert not any(scores[code] for code in KNOWN_ONLY)
    assert all(-2 <= scores[code] < 0 for code in IN_FAVOUR)


@every_rule
def test_the_reply_suits_the_action(rule):
    code, enhanced = str(rule.reply.code), rule.reply.enhanced
    if rule.action in CLASS:
        assert code[0] == CLASS[rule.action]
    if rule.phase > Phase.HELO and rule.phase is not Phase.DATA:
        assert re.fullmatch(rf"{code[0]}\.\d\.\d{{1,3}}", enhanced)


@every_rule
def test_neither_greeting_nor_ehlo_carry_enhanced_codes(rule):
    assert rule.phase > Phase.HELO or rule.reply.enhanced == ""


@every_rule
def test_instead_of_a_greeting_stand_421_or_554(rule):
    assert rule.phase is not Phase.CONNECT or rule.reply.code in {220, 421, 554}


@every_rule
def test_the_reply_is_one_short_line_that_names_no_product(rule):
    text = rule.reply.text
    assert text.isascii() and text.isprintable() and len(text) < 100
    assert "gatepost" not in text.lower()


def test_name_and_phase_are_unique():
    assert len({(rule.name, rule.phase) for rule in ALL}) == len(ALL)


def test_limits_are_those_of_the_checks_that_are_hard():
    hard = {kind.code for cls in CHECKS.values() if cls.spec.hard for kind in cls.spec.kinds}
    assert {code for rule in LIMITS for code in rule.codes} == hard


def test_unknown_and_relayed_recipients_hear_what_they_should():
    replies = {rule.name: str(rule.reply) for rule in ALL}
    assert replies["relay-denied"].startswith("550 5.7.1 ")
    assert replies["unknown-recipient"].startswith("550 5.1.1 ")
    assert replies["too-many-recipients"].startswith("452 4.5.3 ")
    assert replies["mail-loop"].startswith("554 5.4.6 ")
    assert replies["declared-size"].startswith("552 5.3.4 ")
