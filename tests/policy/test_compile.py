"""From rules as written to rules that can be asked; compiled by the real CEL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.cel import CelExpressions
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.samples import message, rcpt
from gatepost.model.verdict import Action
from gatepost.policy.compile import BadRule, compile_rules, names_in
from gatepost.policy.decide import decide
from gatepost.policy.facts import facts_of
from gatepost.policy.ruleset import OK_REPLIES, RuleSet
from gatepost.policy.settings import RuleSettings

CODES = {
    "access_client.allowed": Phase.CONNECT,
    "recipient.unknown": Phase.RCPT,
    "recipient.not_ours": Phase.RCPT,
    "attachments.office_macro": Phase.MESSAGE,
    "attachments.encrypted": Phase.MESSAGE,
    "spf.pass": Phase.MAIL,
}
SETTLED = frozenset(("recipient.not_ours",))
MACROS = "attachments.office_macro && spf.pass && sender.domain == 'partner.example'"


def compiled(**more):
    settings = RuleSettings(**{"name": "mine", "phase": "message", "when": "true", "action": "reject", **more})
    (rule,) = compile_rules((settings,), CelExpressions(), CODES, SETTLED)
    return rule


def refused(**more):
    with pytest.raises(BadRule) as caught:
        compiled(**more)
    return caught.value


def decided(rule, at, *codes):
    return decide(rule.phase, [Finding(code) for code in codes], RuleSet([rule]), lambda: facts_of(at))


def test_the_rule_of_the_contract_file():
    rule = compiled(when=MACROS, action="ignore", ignore=("attachments.office_macro",))
    assert (rule.action, rule.ignore, rule.source) == (Action.IGNORE, ("attachments.office_macro",), MACROS)
    assert set(rule.mentions) == {"attachments.office_macro", "spf.pass"}


def test_findings_and_facts_stand_in_one_condition():
    rule = compiled(when=MACROS)
    partner, other = message(sender="ann@partner.example"), message(sender="ann@example.net")
    got = decided(rule, partner, "attachments.office_macro", "x.y", "spf.pass")
    assert (got.rule, got.because) == ("mine", ("attachments.office_macro", "spf.pass"))
    assert decided(rule, partner, "spf.pass").rule == "default"
    assert decided(rule, other, "attachments.office_macro", "spf.pass").rule == "default"


def test_a_condition_over_facts_alone():
    rule = compiled(phase="rcpt", when="recipient.domain == 'example.com' && sender.is_null")
    assert decided(rule, rcpt("bob@example.com", sender="")).rule == "mine"
    assert decided(rule, rcpt("bob@example.com")).rule == "default"


def test_settings_go_into_the_rule():
    rule = compiled(action="defer", delay="45s", shadow=True)
    assert (rule.name, rule.phase, rule.delay, rule.shadow) == ("mine", Phase.MESSAGE, 45.0, True)


def test_a_code_that_no_check_declares_names_the_nearest():
    error = refused(when="attachments.ofice_macro")
    assert (error.index, error.name, error.key) == (0, "mine", "when")
    assert "did you mean attachments.office_macro" in error.reason
    assert str(error).startswith('rule 1 ("mine"), when: ')


def test_a_fact_of_a_later_phase_names_that_phase():
    assert refused(phase="mail", when="recipient.domain == 'x'").reason == (
        'recipient.domain is not known at mail, only from rcpt on; set phase = "rcpt"'
    )


def test_a_code_of_a_later_phase_names_that_phase():
    assert 'set phase = "message"' in refused(phase="rcpt", when="attachments.encrypted").reason


def test_a_later_name_within_a_string_is_only_text():
    assert compiled(phase="mail", when="sender.domain == 'recipient.domain'").phase == Phase.MAIL


def test_what_is_not_true_or_false_is_no_condition():
    assert "gives int" in refused(when="message.size").reason


def test_a_code_to_ignore_must_exist():
    assert "did you mean recipient.unknown" in refused(action="ignore", ignore=("recipient.unknwon",)).reason
    assert refused(action="ignore", ignore=("zzz.qqq",)).reason.endswith("docs/reference/checks.md lists the codes")


def test_every_kind_of_a_check_may_be_ignored_at_once():
    assert compiled(action="ignore", ignore=("attachments.*",)).ignore == ("attachments.*",)


def test_what_is_decided_before_cannot_be_ignored():
    error = refused(action="ignore", ignore=("recipient.not_ours",))
    assert (error.key, "cannot be ignored" in error.reason) == ("ignore", True)


@pytest.mark.parametrize(
    ("settings", "reply"),
    [
        ({"action": "reject"}, Reply(550, "5.7.1", "Not accepted by policy")),
        ({"action": "reject", "reply": {"code": 554}}, Reply(554, "5.7.1", "Not accepted by policy")),
        ({"action": "reject", "reply": {"text": "Ask us"}}, Reply(550, "5.7.1", "Ask us")),
        ({"action": "defer"}, Reply(451, "4.7.1", "Not accepted now by policy, try again later")),
        ({"action": "drop", "reply": {"code": 554}}, Reply(554, "5.7.0", "Not accepted by policy, closing connection")),
        ({"action": "drop", "reply": {"enhanced": "5.7.1", "text": "x"}}, Reply(554, "5.7.1", "x")),
        ({"action": "drop", "reply": {"enhanced": "4.3.2", "text": "x"}}, Reply(421, "4.3.2", "x")),
        ({"action": "accept"}, OK_REPLIES[Phase.MESSAGE]),
        ({"action": "tag"}, OK_REPLIES[Phase.MESSAGE]),
        ({"action": "reject", "phase": "helo"}, Reply(550, "", "Not accepted by policy")),
        ({"action": "reject", "phase": "connect"}, Reply(554, "", "Not accepted by policy")),
        ({"action": "defer", "phase": "connect"}, Reply(421, "", "Not accepted now by policy, try again later")),
        (
            {"action": "reject", "phase": "connect", "reply": {"enhanced": "5.7.1"}},
            Reply(554, "", "Not accepted by policy"),
        ),
    ],
)
def test_the_reply(settings, reply):
    assert compiled(**settings).reply == reply


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a.b && c", {"a", "a.b", "c"}),
        ("a.b.size() > 3", {"a", "a.b", "a.b.size"}),
        ("a . b", {"a", "a.b"}),
        ("x == 'a.b'", {"x"}),
        ('x == "a.b" // c.d', {"x"}),
        ("x == r'a\\' && c.d", {"x", "c", "c.d"}),
        ("x == '''a.b'\n'c.d'''", {"x"}),
        ("x == 'it\\'s a.b'", {"x"}),
    ],
)
def test_names_are_found_outside_strings_and_comments(source, names):
    assert set(names_in(source)) == names


PIECES = st.lists(
    st.sampled_from(["a", ".", "'", '"', "\\", "/", "//", "\n", " ", "r", "b.c", "'''", "&&"]), max_size=25
)


@given(PIECES.map("".join))
def test_any_text_has_names_or_none_but_never_an_error(source):
    assert all(name.replace(".", "").isidentifier() for name in names_in(source))


@given(PIECES.map("".join))
def test_any_text_compiles_or_is_refused(source):
    try:
        compiled(when=source or "x")
    except BadRule as error:
        assert error.key == "when"
