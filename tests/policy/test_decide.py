"""One pure function decides: first match wins, IGNORE takes out and goes on, shadow is noted and passed over."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action, Verdict
from gatepost.policy.decide import decide
from gatepost.policy.ruleset import OK_REPLIES, RuleSet
from gatepost.ports.expressions import ConditionFailed

NO = Reply(550, "5.7.1", "No")
AT = Phase.MESSAGE
CODES = ("a.x", "a.y", "b.x", "c.x")
HARSHNESS = list(Action)


def rule(name="r", action=Action.REJECT, phase=AT, **more):
    return Rule(name=name, phase=phase, action=action, reply=NO, **more)


def found(*codes, score=0.0):
    return tuple(Finding(code, score=score) for code in codes)


def verdict(findings, *rules, facts=dict):
    return decide(AT, findings, RuleSet(rules), facts)


def test_with_no_rule_and_no_finding_the_default_accepts():
    assert verdict(()) == Verdict(Action.ACCEPT, OK_REPLIES[AT], "default")


def test_a_finding_that_no_rule_waits_for_is_accepted():
    assert verdict(found("z.z"), rule(codes=("a.x",))).rule == "default"


def test_the_first_matching_rule_wins():
    first, second = rule("first", Action.DEFER, codes=("b.x",)), rule("second", codes=("a.x",))
    assert verdict(found("a.x", "b.x"), first, second).rule == "first"
    assert verdict(found("a.x", "b.x"), second, first).rule == "second"


def test_because_names_the_codes_that_matched_in_the_order_found():
    assert verdict(found("b.x", "z.z", "a.x"), rule(codes=("a.x", "b.x"))).because == ("b.x", "a.x")


def test_a_rule_of_another_phase_is_not_asked():
    assert verdict(found("a.x"), rule(codes=("a.x",), phase=Phase.RCPT)).rule == "default"


def test_a_star_covers_every_kind_of_one_check():
    whole = rule(codes=("a.*",))
    assert verdict(found("a.y"), whole).because == ("a.y",)
    assert verdict(found("b.x"), whole).rule == "default"


def test_a_star_does_not_cover_a_check_whose_name_begins_alike():
    assert verdict(found("ab.x"), rule(codes=("a.*",))).rule == "default"


def test_the_sum_of_points_reaches_the_score():
    assert verdict(found("a.x", "b.x", score=2.5), rule(score=5.0)).because == ("a.x", "b.x")


def test_a_sum_below_the_score_does_not_match():
    assert verdict(found("a.x", "b.x", score=2.4), rule(score=5.0)).rule == "default"


def test_negative_points_count_against_the_score_and_are_no_reason():
    good = (Finding("good.x", score=-3.0), Finding("a.x", score=6.0))
    assert verdict(good, rule(score=5.0)).rule == "default"
    assert verdict(good, rule(score=3.0)).because == ("a.x",)


def test_ignore_takes_the_named_findings_out_and_goes_on():
    ignore = rule("ignore", Action.IGNORE, codes=("a.x",), ignore=("a.x",))
    assert verdict(found("a.x"), ignore, rule("hit", codes=("a.x",))).rule == "default"
    assert verdict(found("a.x", "b.x"), ignore, rule("hit", codes=("a.x", "b.x"))).because == ("b.x",)


def test_ignore_may_name_every_kind_of_a_check():
    ignore = rule("ignore", Action.IGNORE, codes=("b.x",), ignore=("a.*",))
    assert verdict(found("a.x", "a.y", "b.x"), ignore, rule(codes=("a.x", "a.y"))).rule == "default"


def test_ignored_points_do_not_count():
    ignore = rule("ignore", Action.IGNORE, codes=("a.x",), ignore=("a.x",))
    assert verdict(found("a.x", "b.x", score=3.0), ignore, rule(score=5.0)).rule == "default"


def test_an_ignored_finding_is_false_in_later_conditions():
    ignore = rule("ignore", Action.IGNORE, when=lambda known: "a.x" in known, ignore=("a.x",))
    assert verdict(found("a.x", "b.x"), ignore, rule(when=lambda known: "a.x" in known)).rule == "default"


def test_a_rule_in_shadow_is_noted_and_passed_over():
    shadow = rule("shadow", Action.DROP, codes=("a.x",), shadow=True)
    got = verdict(found("a.x"), shadow, rule("real", codes=("a.x",)))
    assert (got.rule, got.shadow) == ("real", ("shadow",))


def test_a_rule_in_shadow_is_noted_beside_the_default():
    got = verdict(found("a.x"), rule("shadow", codes=("a.x",), shadow=True))
    assert (got.action, got.rule, got.shadow) == (Action.ACCEPT, "default", ("shadow",))


def test_a_shadow_rule_that_ignores_takes_nothing_out():
    shadow = rule("shadow", Action.IGNORE, codes=("a.x",), ignore=("a.x",), shadow=True)
    assert verdict(found("a.x"), shadow, rule("real", codes=("a.x",))).rule == "real"


def test_shadow_rules_behind_the_deciding_one_are_not_noted():
    assert verdict(found("a.x"), rule(codes=("a.x",)), rule("shadow", codes=("a.x",), shadow=True)).shadow == ()


def test_no_delay_is_none_in_the_rule_and_zero_in_the_verdict():
    assert verdict(found("a.x"), rule(codes=("a.x",))).delay == 0.0
    assert verdict(found("a.x"), rule(codes=("a.x",), delay=7.0)).delay == 7.0


def test_a_condition_sees_facts_and_findings():
    got = verdict(
        found("a.x", "b.x"),
        rule(when=lambda known: known["sender.domain"] == "x" and known["a.x"] is True, mentions=("a.x",)),
        facts=lambda: {"sender.domain": "x"},
    )
    assert (got.rule, got.because) == ("r", ("a.x",))


def test_a_condition_is_asked_though_nothing_was_found():
    assert verdict((), rule(when=lambda known: True)).because == ()


def test_a_condition_that_does_not_hold_does_not_match():
    assert verdict((), rule(when=lambda known: False)).rule == "default"


def test_what_was_seen_stands_in_the_reply_where_the_rule_wants_it():
    told = structs.replace(rule(codes=("a.x",)), reply=Reply(550, "5.7.1", "No: {detail}"))
    seen = (Finding("b.x", "other"), Finding("a.x", "example.net"), Finding("a.x", "second"))
    assert verdict(seen, told).reply.text == "No: example.net"
    assert verdict((Finding("a.x"),), told).reply.text == "No:"
    assert len(verdict((Finding("a.x", "y" * 1000),), told).reply.text) < 300


def test_facts_are_gathered_once_and_only_where_a_condition_asks():
    gathered = []

    def facts():
        gathered.append(1)
        return {}

    never = rule(when=lambda known: False)
    verdict(found("a.x"), rule(codes=("a.x",)), facts=facts)
    assert gathered == []
    verdict(found("a.x"), never, never, facts=facts)
    assert gathered == [1]


def test_a_condition_that_fails_is_noted_and_does_not_hold():
    def broken(known):
        raise ConditionFailed("divide by zero")

    got = verdict(found("a.x"), rule("broken", when=broken), rule("next", codes=("a.x",)))
    assert (got.rule, got.failed) == ("next", ("broken",))
    assert verdict((), rule("broken", when=broken)).failed == ("broken",)


def test_codes_score_and_condition_are_alternatives():
    both = rule(codes=("a.x",), when=lambda known: False, score=5.0)
    assert verdict(found("a.x"), both).because == ("a.x",)
    assert verdict(found("b.x", score=6.0), both).because == ("b.x",)


rules = st.builds(
    rule,
    name=st.sampled_from(("r1", "r2", "r3")),
    action=st.sampled_from(HARSHNESS),
    phase=st.sampled_from((AT, Phase.RCPT)),
    codes=st.lists(st.sampled_from((*CODES, "a.*", "c.*")), max_size=2).map(tuple),
    score=st.none() | st.sampled_from((1.0, 3.0)),
    when=st.none() | st.sampled_from([lambda known: "b.x" in known, lambda known: "c.x" not in known]),
    ignore=st.lists(st.sampled_from((*CODES, "a.*")), max_size=2).map(tuple),
    shadow=st.booleans(),
)
rule_lists = st.lists(rules, max_size=6)
findings = st.lists(
    st.builds(Finding, st.sampled_from(CODES), score=st.sampled_from((0.0, 1.0, -1.0))), max_size=5
).map(tuple)


def naive(items, wanted):
    """The same in as few words as possible: no index, no laziness."""

    def covers(patterns, code):
        return code in patterns or code.partition(".")[0] + ".*" in patterns

    for one in wanted:
        hit = any(covers(one.codes, f.code) for f in items)
        hit = hit or (one.when is not None and one.when({f.code: True for f in items}))
        hit = hit or (one.score is not None and sum(f.score for f in items) >= one.score)
        if one.phase != AT or one.shadow or not hit:
            continue
        if one.action is Action.IGNORE:
            items = [f for f in items if not covers(one.ignore, f.code)]
        else:
            return one.action, one.name
    return Action.ACCEPT, "default"


@given(findings, rule_lists)
def test_the_index_decides_as_going_through_all_rules_would(items, wanted):
    got = verdict(items, *wanted)
    assert (got.action, got.rule) == naive(items, wanted)


@given(findings, rule_lists, rules, st.integers(0, 6))
def test_one_more_shadow_rule_never_changes_what_is_done(items, wanted, extra, where):
    before = verdict(items, *wanted)
    shadow = structs.replace(extra, shadow=True)
    after = verdict(items, *wanted[:where], shadow, *wanted[where:])
    assert structs.replace(after, shadow=before.shadow) == before


mild_to_harsh = [Action.TAG, Action.QUARANTINE, Action.DEFER, Action.REJECT, Action.DROP]
refusals = st.lists(
    st.builds(
        rule,
        action=st.sampled_from(mild_to_harsh),
        codes=st.lists(st.sampled_from(CODES), max_size=2).map(tuple),
        score=st.none() | st.just(2.0),
    ),
    max_size=5,
).map(lambda many: sorted(many, key=lambda one: -HARSHNESS.index(one.action)))
bad_findings = st.lists(st.builds(Finding, st.sampled_from(CODES), score=st.sampled_from((0.0, 1.0))), max_size=5)


@given(bad_findings, refusals, st.lists(st.sampled_from((*CODES, "a.*")), max_size=2).map(tuple))
def test_ignoring_evidence_never_makes_the_verdict_harsher(items, wanted, codes):
    ignore = rule("ignore", Action.IGNORE, codes=CODES, ignore=codes)
    before, after = verdict(items, *wanted), verdict(items, ignore, *wanted)
    assert HARSHNESS.index(after.action) <= HARSHNESS.index(before.action)


@given(findings, rule_lists)
def test_because_holds_only_what_was_found_and_the_action_is_final(items, wanted):
    got = verdict(items, *wanted)
    assert set(got.because) <= {f.code for f in items}
    assert got.action is not Action.IGNORE


@given(findings, rule_lists, rule_lists)
def test_what_stands_behind_the_deciding_rule_does_not_matter(items, wanted, more):
    got = verdict(items, *wanted)
    if got.rule != "default":
        assert verdict(items, *wanted, *more) == got
