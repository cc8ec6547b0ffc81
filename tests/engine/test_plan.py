"""Declarations to order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.engine.catalogue import check_classes
from gatepost.engine.plan import PHASES, BadPlan, phase_of, plan
from gatepost.model.check import NOTHING_FOUND, Check, Report, Spec
from gatepost.model.phase import Phase
from gatepost.model.stage import ConnectStage, MailStage, MessageStage


def check(name, *after, at=MailStage):
    """A check of that name, behind others."""

    def call(self, at):
        return NOTHING_FOUND

    call.__annotations__ = {"at": at, "return": Report}
    return type(name, (Check,), {"spec": Spec(name=name, kinds=(), after=after), "__call__": call})()


def names(checks, known=frozenset("abcdefgh")):
    return [c.spec.name for c in plan(checks, known)[Phase.MAIL]]


@pytest.mark.parametrize(("stage", "phase"), PHASES.items())
def test_the_stage_a_check_asks_for_says_when_it_runs(stage, phase):
    assert phase_of(type(check("a", at=stage))) is phase


@pytest.mark.parametrize("stage", [str, None])
def test_a_check_that_asks_for_no_stage_is_an_error(stage):
    with pytest.raises(BadPlan, match="a: `at` must be annotated with a stage"):
        phase_of(type(check("a", at=stage)))


def test_the_base_of_all_checks_runs_at_no_phase():
    class Nameless(Check[ConnectStage]):
        spec = Spec(name="nameless", kinds=())

    with pytest.raises(BadPlan):
        phase_of(Nameless)


def test_every_phase_has_its_checks_and_no_others():
    plans = plan([check("a"), check("b", at=MessageStage)], frozenset("ab"))
    assert {phase: [c.spec.name for c in checks] for phase, checks in plans.items() if checks} == {
        Phase.MAIL: ["a"], Phase.MESSAGE: ["b"],
    }  # fmt: skip
    assert set(plans) == set(Phase)


def test_a_check_stands_behind_those_whose_results_it_reads():
    assert names([check("a", "c"), check("b"), check("c", "b")]) == ["b", "c", "a"]


def test_otherwise_the_order_is_that_of_the_names_whatever_they_were_given_in():
    assert names([check("c"), check("a"), check("b")]) == names([check("b"), check("c"), check("a")]) == ["a", "b", "c"]


def test_what_is_switched_off_may_be_named():
    assert names([check("a", "b")]) == ["a"]


def test_what_does_not_exist_may_not():
    with pytest.raises(BadPlan, match="a: after unknown check nonesuch, other"):
        names([check("a", "b", "nonesuch", "other")])


def test_a_check_of_another_phase_gives_no_order_here():
    assert names([check("a", "b"), check("b", at=ConnectStage)]) == ["a"]


def test_a_circle_is_an_error_that_names_it():
    with pytest.raises(BadPlan, match=r"checks wait for each other: [ab] → [ab]"):
        names([check("a", "b"), check("b", "a")])


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefgh"), max_size=3), min_size=1))
def test_whatever_is_declared_comes_out_in_order_or_is_an_error(declared):
    try:
        order = names([check(name, *sorted(after)) for name, after in declared.items()])
    except BadPlan as error:
        assert "wait for each other" in str(error)
        return
    assert sorted(order) == sorted(declared)
    assert all(order.index(b) < order.index(a) for a, after in declared.items() for b in after if b in declared)


def test_the_checks_that_come_with_the_gateway_can_be_ordered():
    classes = check_classes()
    assert {phase_of(cls) for cls in classes.values()} <= set(Phase)
    assert all(set(cls.spec.after) <= set(classes) for cls in classes.values())
