"""What one rule may say, and what is told to whoever writes it wrongly."""

import pytest
from pydantic import ValidationError

from gatepost.model.phase import Phase
from gatepost.model.verdict import Action
from gatepost.policy.settings import PolicySettings, ReplySettings, RuleSettings


def rule(**more):
    return RuleSettings(**{"name": "mine", "phase": "message", "when": "true", "action": "reject", **more})


def refused(make, **settings):
    with pytest.raises(ValidationError) as caught:
        make(**settings)
    return caught.value.errors()[0]["msg"]


def test_a_whole_rule():
    whole = rule(action="defer", delay="30s", reply={"code": 450, "enhanced": "4.7.1", "text": "Later"}, shadow=True)
    assert (whole.at, whole.action, whole.delay, whole.shadow) == (Phase.MESSAGE, Action.DEFER, 30.0, True)


def test_of_a_rule_only_name_phase_condition_and_action_are_needed():
    least = rule()
    assert (least.ignore, least.reply, least.delay, least.shadow) == ((), None, None, False)


@pytest.mark.parametrize("name", ["", "Mine", "a b", "-a", "ä", "a_b", "a" * 65])
def test_a_name_is_small_letters_digits_and_hyphens(name):
    assert "pattern" in refused(rule, name=name)


def test_an_unknown_phase_names_the_known_ones():
    assert "'connect', 'helo', 'mail', 'rcpt', 'data' or 'message'" in refused(rule, phase="body")


def test_an_unknown_key_is_an_error():
    assert "Extra inputs" in refused(rule, reason="x")


def test_ignore_needs_codes():
    assert "needs ignore = [...]" in refused(rule, action="ignore")


def test_codes_to_ignore_need_the_action():
    assert 'goes with action = "ignore", not with "reject"' in refused(rule, ignore=("a.b",))


@pytest.mark.parametrize("action", ["quarantine", "tag"])
def test_what_needs_the_message_is_for_the_message_phase(action):
    assert 'set phase = "message"' in refused(rule, action=action, phase="rcpt")
    assert rule(action=action).action.value == action


@pytest.mark.parametrize("action", ["accept", "ignore", "tag", "quarantine"])
def test_a_rule_that_accepts_has_no_reply(action):
    ignore = ("a.b",) if action == "ignore" else ()
    assert "gives none of its own" in refused(rule, action=action, ignore=ignore, reply={"code": 550})


@pytest.mark.parametrize(
    ("action", "reply"),
    [
        ("reject", {"code": 450}),
        ("defer", {"code": 550}),
        ("reject", {"enhanced": "4.7.1"}),
        ("defer", {"enhanced": "5.7.1"}),
    ],
)
def test_a_reply_is_of_the_class_of_its_action(action, reply):
    assert "does not suit action" in refused(rule, action=action, reply=reply)


@pytest.mark.parametrize("code", [421, 554])
def test_a_drop_may_say_both(code):
    assert rule(action="drop", reply={"code": code}).reply.code == code


def test_code_and_enhanced_code_are_of_one_class():
    assert "of two classes" in refused(ReplySettings, code=550, enhanced="4.7.1")
    assert ReplySettings(code=550, enhanced="5.7.1").code == 550


@pytest.mark.parametrize("text", ["two\nlines", "ümlaut", "tab\t", "\x1b[31m"])
def test_a_reply_is_printable_ascii_on_one_line(text):
    assert "printable ASCII" in refused(ReplySettings, text=text)


@pytest.mark.parametrize("code", [250, 354, 600])
def test_a_rule_cannot_make_a_refusal_positive(code):
    assert "equal to" in refused(ReplySettings, code=code)


@pytest.mark.parametrize("delay", [-1, 601, "11m"])
def test_a_delay_is_bounded(delay):
    assert refused(rule, delay=delay)


def test_a_condition_is_short():
    assert "at most 4000" in refused(rule, when="x" * 4001)


def test_two_rules_of_one_name_are_refused():
    assert 'two rules are named "mine"' in refused(PolicySettings, rules=(rule(), rule()))


@pytest.mark.parametrize("name", ["relay-denied", "score-tag", "default", "recipient-unavailable"])
def test_a_shipped_name_is_taken(name):
    assert "the name of a shipped rule" in refused(PolicySettings, rules=(rule(name=name),))


def test_scores_rise_with_harshness():
    assert "must rise" in refused(PolicySettings, tag_score=9, reject_score=8)
    assert PolicySettings(tag_score=0, quarantine_score=6, reject_score=8).tag_score == 0


def test_nothing_set_is_a_policy():
    assert PolicySettings().rules == ()


def test_rules_keep_their_order():
    rules = (rule(name="b"), rule(name="a"))
    assert PolicySettings(rules=rules).rules == rules
