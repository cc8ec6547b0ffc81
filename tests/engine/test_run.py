"""The checks of one phase: in order, at once where nothing waits, never longer than they may, never fatal."""

import asyncio

import pytest
from msgspec import structs

from gatepost.engine.run import CACHE_ENTRIES, DETAIL, PHASE_LIMIT, Engine
from gatepost.model.check import NOTHING_FOUND, Cache, Check, Report, Spec
from gatepost.model.finding import Kind
from gatepost.model.phase import Phase
from gatepost.model.samples import found, mail
from gatepost.model.trace import Outcome, Step
from gatepost.ports.unavailable import Unavailable
from tests.gateway.house import HandLoop, LoopClock


class Plain(Check):
    """Does as it is told: finds codes, leaves a value, or raises."""

    def __init__(self, name="a", finds=(), value=None, error=None, **spec):
        self.spec = Spec(name=name, kinds=(), **spec)
        self.report = (
            Report(tuple(Kind(code, "It is so.")() for code in finds), value) if finds or value else NOTHING_FOUND
        )
        self.error, self.seen = error, []

    def __call__(self, at):
        self.seen.append(at)
        if self.error is not None:
            raise self.error
        return self.report


class Coroutine(Plain):
    """The same, behind `waits` where there is one."""

    def __init__(self, name="a", waits=None, **more):
        super().__init__(name, **more)
        self.waits = waits

    async def __call__(self, at):
        if self.waits is not None:
            await self.waits
        return super().__call__(at)


class Scene:
    """An engine of these checks at MAIL."""

    def __init__(self, *checks):
        self.loop = HandLoop()
        self.bugs = []
        for check in checks:
            if isinstance(getattr(check, "waits", None), str):
                check.waits = self.loop.create_future()
        self.engine = Engine(
            {Phase.MAIL: checks}, LoopClock(self.loop), lambda where, error: self.bugs.append((where, error))
        )
        self.task = None

    def start(self, at=None):
        self.task = self.loop.do(self.loop.create_task, self.engine.run(Phase.MAIL, at or mail()))
        return self.task

    def run(self, at=None):
        """Steps and findings of a run that waits for nothing."""
        assert self.start(at).done()
        return self.task.result()

    def answer(self, check, error=None):
        if error is None:
            self.loop.do(check.waits.set_result, None)
        else:
            self.loop.do(check.waits.set_exception, error)

    @property
    def result(self):
        assert self.task.done(), "it still waits"
        return self.task.result()


def codes(findings):
    return [finding.code for finding in findings]


FUTURE = "a future"
both = pytest.mark.parametrize("kind", [Plain, Coroutine])

# ── at once ──────────────────────────────────────────────────────────────────


@both
def test_what_a_check_finds_is_in_its_step_and_known(kind):
    steps, known = Scene(kind("a", finds=("a.b",))).run()
    assert codes(known) == ["a.b"] and steps == (Step("a", Outcome.DONE, known.items),)


@both
def test_a_check_that_finds_nothing_leaves_a_quiet_step(kind):
    assert Scene(kind("a")).run() == ((Step("a"),), mail().so_far)


@both
def test_later_checks_see_what_earlier_ones_found_and_left(kind):
    first, second = kind("a", finds=("a.b",), value=7), kind("b", finds=("b.c",))
    _, known = Scene(first, second).run(mail(so_far=found("old.one", values=("old",))))
    assert codes(second.seen[0].so_far) == ["old.one", "a.b"] and second.seen[0].so_far.value(int) == 7
    assert codes(known) == ["old.one", "a.b", "b.c"] and known.values == ("old", 7)


@both
def test_a_value_alone_is_known_too(kind):
    steps, known = Scene(kind("a", value=7)).run()
    assert known.values == (7,) and not known.items and steps[0].findings == ()


def test_a_phase_without_checks_has_no_steps():
    scene = Scene()
    at = mail(so_far=found("old.one"))
    assert scene.loop.run(scene.engine.run(Phase.DATA, at)) == ((), at.so_far)


def test_the_stage_that_was_given_is_not_changed():
    at = mail()
    Scene(Plain("a", finds=("a.b",))).run(at)
    assert not at.so_far.items


# ── quiet ────────────────────────────────────────────────────────────────────


def quiet(*checks):
    return Scene(*checks).engine.begin(Phase.MAIL, mail()).is_quiet


def test_a_phase_of_checks_that_find_nothing_at_once_is_quiet():
    assert quiet(Plain("a"), Coroutine("b"), Plain("c", records=True), caching()) and quiet()


@pytest.mark.parametrize(
    "check", [Plain("a", finds=("a.b",)), Plain("a", value=7), Plain("a", error=ZeroDivisionError())]
)
def test_a_phase_in_which_anything_else_happens_is_not(check):
    assert not quiet(Plain("b"), check)


def test_a_phase_is_over_at_once_unless_something_waits():
    scene = Scene(Coroutine("a", waits=FUTURE), Plain("b", after=("a",)), Plain("c"))
    course = scene.loop.do(scene.engine.begin, Phase.MAIL, mail())
    assert not course.is_over and not course.steps
    assert Scene(Coroutine("a"), Plain("b", after=("a",))).engine.begin(Phase.MAIL, mail()).is_over


# ── failures ─────────────────────────────────────────────────────────────────


@both
def test_a_check_that_breaks_finds_that_it_gave_no_answer_and_is_reported(kind):
    scene = Scene(kind("a", error=ZeroDivisionError("no")), kind("b", finds=("b.c",)))
    steps, known = scene.run()
    assert codes(known) == ["a.unavailable", "b.c"] and known.items[0].detail == "no"
    assert steps[0].outcome is Outcome.ERROR and [(w, type(e)) for w, e in scene.bugs] == [("a", ZeroDivisionError)]


@both
def test_an_outside_that_is_away_is_no_bug(kind):
    scene = Scene(kind("a", error=Unavailable("ldap: down")))
    _, known = scene.run()
    assert codes(known) == ["a.unavailable"] and known.items[0].detail == "ldap: down" and not scene.bugs


@both
def test_what_it_leaves_all_the_same_is_seen_later(kind):
    _, known = Scene(kind("a", error=Unavailable("dns: down", 7)), kind("b")).run()
    assert known.value(int) == 7 and codes(known) == ["a.unavailable"]


def test_an_error_without_words_is_named_and_a_long_one_cut():
    _, known = Scene(Plain("a", error=ZeroDivisionError()), Plain("b", error=ValueError("x" * 900))).run()
    assert [finding.detail for finding in known] == ["ZeroDivisionError", "x" * DETAIL]


# ── waiting ──────────────────────────────────────────────────────────────────


def test_checks_wait_side_by_side():
    one, other = Coroutine("a", waits=FUTURE, finds=("a.b",)), Coroutine("b", waits=FUTURE, finds=("b.c",))
    scene = Scene(one, other)
    scene.start()
    scene.loop.advance(1)
    scene.answer(other)
    assert not scene.task.done()
    scene.loop.advance(1)
    scene.answer(one)
    steps, known = scene.result
    assert codes(known) == ["a.b", "b.c"] and [step.elapsed for step in steps] == [2.0, 2.0]


def test_a_check_waits_for_those_whose_results_it_reads_and_for_no_others():
    read, other = Coroutine("a", waits=FUTURE, value=7), Coroutine("b", waits=FUTURE)
    reader = Plain("c", after=("a", "x"))
    scene = Scene(read, other, reader)
    scene.start()
    assert not reader.seen
    scene.answer(read)
    assert reader.seen[0].so_far.value(int) == 7 and not scene.task.done()
    scene.answer(other)
    assert {step.check for step in scene.result[0]} == {"a", "b", "c"}


def test_a_check_that_waited_and_found_nothing_has_its_time_in_the_step():
    check = Coroutine("a", waits=FUTURE)
    scene = Scene(check)
    scene.start()
    scene.loop.advance(3)
    scene.answer(check)
    assert scene.result == ((Step("a", Outcome.DONE, (), 3.0),), mail().so_far)


def test_a_check_that_takes_too_long_is_given_up():
    scene = Scene(Coroutine("a", waits=FUTURE, timeout=2.0), Coroutine("b", waits=FUTURE, timeout=2.5))
    scene.start()
    scene.loop.advance(1.9)
    assert not scene.task.done()
    scene.loop.advance(1)
    steps, known = scene.result
    assert codes(known) == ["a.unavailable", "b.unavailable"] and known.items[0].detail == "timed out"
    assert [step.outcome for step in steps] == [Outcome.TIMEOUT] * 2 and not scene.bugs


def test_one_after_the_other_they_have_no_more_than_the_phase():
    names = ("a", "b", "c")
    checks = [Coroutine(n, waits=FUTURE, timeout=15.0, after=names[:i]) for i, n in enumerate(names)]
    scene = Scene(*checks)
    scene.start()
    scene.loop.advance(PHASE_LIMIT + 1)
    steps, known = scene.result
    assert codes(known) == ["a.unavailable", "b.unavailable", "c.unavailable"]
    assert sum(step.elapsed for step in steps) <= PHASE_LIMIT + 1


def test_a_check_that_breaks_after_a_while_is_reported_with_its_time():
    check = Coroutine("a", waits=FUTURE)
    scene = Scene(check)
    scene.start()
    scene.loop.advance(1)
    scene.answer(check, ZeroDivisionError("late"))
    steps, known = scene.result
    assert codes(known) == ["a.unavailable"] and steps[0].elapsed == 1.0 and len(scene.bugs) == 1


def test_no_timer_is_left_behind():
    check = Coroutine("a", waits=FUTURE)
    scene = Scene(check)
    scene.start()
    scene.answer(check)
    assert scene.result and scene.loop.is_idle


def test_when_the_run_is_cancelled_so_is_the_check_it_waits_for():
    check = Coroutine("a", waits=FUTURE)
    scene = Scene(check)
    scene.start()
    scene.loop.do(scene.task.cancel)
    assert scene.task.cancelled() and check.waits.cancelled() and scene.loop.is_idle


# ── the cache ────────────────────────────────────────────────────────────────


def caching(**more):
    return Plain("a", cache=Cache(key=lambda at: str(at.sender), ttl=60.0), **more)


def test_a_report_is_remembered_for_its_time_under_its_key():
    check = caching(finds=("a.b",))
    scene = Scene(check)
    outcomes = []
    for seconds in (0, 59, 2):
        scene.loop.advance(seconds)
        steps, known = scene.run()
        outcomes.append(steps[0].outcome)
        assert codes(known) == ["a.b"]
    assert outcomes == [Outcome.DONE, Outcome.CACHED, Outcome.DONE] and len(check.seen) == 2
    assert scene.run(mail("other@example.net"))[0][0].outcome is Outcome.DONE


def test_that_nothing_was_found_is_remembered_too():
    check = caching()
    scene = Scene(check)
    scene.run()
    assert scene.run()[0] == (Step("a", Outcome.CACHED),) and len(check.seen) == 1


def test_what_was_waited_for_is_remembered():
    check = Coroutine("a", waits=FUTURE, finds=("a.b",), cache=Cache(key=lambda at: "k", ttl=60.0))
    scene = Scene(check)
    scene.start()
    scene.answer(check)
    assert scene.run()[0][0].outcome is Outcome.CACHED


def test_a_failure_is_not_remembered():
    check = caching(error=Unavailable("down"))
    scene = Scene(check)
    scene.run()
    check.error = None
    assert scene.run()[0][0].outcome is Outcome.DONE


def test_the_cache_is_bounded_and_the_oldest_go():
    check = caching()
    scene = Scene(check)
    (runner,) = scene.engine.plans[Phase.MAIL]
    for number in range(CACHE_ENTRIES + 1):
        runner.remember(structs.replace(mail(), sender=number), NOTHING_FOUND, 0.0)
    assert len(runner.cache) == CACHE_ENTRIES and "0" not in runner.cache


def test_a_check_without_a_cache_remembers_nothing():
    (runner,) = Scene(Plain("a")).engine.plans[Phase.MAIL]
    runner.remember(mail(), NOTHING_FOUND, 0.0)
    assert not runner.cache and runner.cached(mail(), 0.0) is None


async def test_on_a_real_loop_all_is_the_same():
    check = Coroutine("a", finds=("a.b",), timeout=5.0)
    check.waits = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, check.waits.set_result, None)
    engine = Engine({Phase.MAIL: (check, Coroutine("b"))}, LoopClock(HandLoop()), print)
    steps, known = await engine.run(Phase.MAIL, mail())
    assert codes(known) == ["a.b"] and {step.check for step in steps} == {"a", "b"}


# ── relays of ours ───────────────────────────────────────────────────────────


def test_who_the_client_is_is_not_asked_of_a_relay_of_ours():
    checks = [Plain("a", finds=("a.b",), of_client=True), Plain("b", finds=("b.c",))]
    at = mail(relay=mail().client_ip)
    assert codes(Scene(*checks).run(at)[1]) == ["b.c"]
    assert not Scene(*checks).engine.begin(Phase.MAIL, at).is_quiet


def test_once_the_client_behind_it_is_known_it_is_asked():
    known = mail(relay=mail(client_ip="198.51.100.7").client_ip)
    assert codes(Scene(Plain("a", finds=("a.b",), of_client=True)).run(known)[1]) == ["a.b"]
