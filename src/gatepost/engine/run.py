"""Runs the checks of one phase. Time limits, failures, the cache and the steps of the trace live here only."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping

from msgspec import structs

from gatepost.engine.catalogue import AnyCheck
from gatepost.engine.stepping import carry_on
from gatepost.model.check import NOTHING_FOUND, Report
from gatepost.model.finding import Findings, Kind
from gatepost.model.phase import Phase
from gatepost.model.stage import ConnectStage
from gatepost.model.trace import Outcome, Step
from gatepost.ports.clock import Clock
from gatepost.ports.unavailable import Unavailable

CACHE_ENTRIES = 10_000  # reports remembered per check
PHASE_LIMIT = 20.0  # seconds for all checks of a phase together; ours, a client waits for minutes (RFC 5321 §4.5.3.2)
DETAIL = 200  # characters of an error's text kept in the trace
Bug = Callable[[str, BaseException], None]
Steps = tuple[Step, ...]


class Engine:
    """The checks of one listener, in order. One per listener and worker.

    Args:
        plans: checks by phase, from `plan`.
        on_bug: told of a check that raised anything but `Unavailable`: that is ours to mend.
    """

    def __init__(self, plans: Mapping[Phase, tuple[AnyCheck, ...]], clock: Clock, on_bug: Bug) -> None:
        self.clock = clock
        self.on_bug = on_bug
        self.plans = {phase: tuple(Runner(check) for check in checks) for phase, checks in plans.items()}
        self.quiet = {phase: tuple(r.quiet for r in runners) for phase, runners in self.plans.items()}

    def checks(self, phase: Phase) -> tuple[AnyCheck, ...]:
        """In the order in which they run."""
        return tuple(runner.check for runner in self.plans.get(phase, ()))

    def begin(self, phase: Phase, stage: ConnectStage) -> "Course":
        """Run the checks of the phase as far as they go without waiting. Never raises for a check's fault."""
        return Course(self, self.plans.get(phase, ()), stage)

    async def run(self, phase: Phase, stage: ConnectStage) -> tuple[Steps, Findings]:
        """Every check of the phase: its steps, and all that is now known. Never raises for a check's fault."""
        course = self.begin(phase, stage)
        if not course.is_over:
            await course.rest()
        return tuple(course.steps), course.stage.so_far


class Runner:
    """One check with what is known of it before it runs: its quiet step, its cache."""

    __slots__ = ("after", "cache", "caches", "check", "of_client", "quiet", "unavailable")

    def __init__(self, check: AnyCheck) -> None:
        self.check = check
        spec = check.spec
        self.after = spec.after
        self.of_client = spec.of_client
        self.caches = spec.cache is not None
        self.quiet = Step(check.spec.name)
        self.unavailable = Kind(f"{check.spec.name}.unavailable", "The check gave no answer.")
        self.cache: OrderedDict[str, tuple[float, Report]] = OrderedDict()

    def cached(self, stage: ConnectStage, now: float) -> Report | None:
        cache = self.check.spec.cache
        found = self.cache.get(cache.key(stage)) if cache else None
        return found[1] if found and found[0] > now else None

    def remember(self, stage: ConnectStage, report: Report, now: float) -> None:
        cache = self.check.spec.cache
        if cache is None:
            return
        self.cache[cache.key(stage)] = (now + cache.ttl, report)
        self.cache.move_to_end(cache.key(stage))
        if len(self.cache) > CACHE_ENTRIES:
            self.cache.popitem(last=False)


class Course:
    """One run through one phase, begun when it is made: what has been found so far, and what is still waited for.

    `is_quiet` as long as every check had the answer at once, and it was that nothing is found.
    """

    __slots__ = ("ends", "engine", "is_over", "is_quiet", "next", "runners", "stage", "steps", "waiting")

    def __init__(self, engine: Engine, runners: tuple[Runner, ...], stage: ConnectStage) -> None:
        self.engine = engine
        self.runners = runners
        self.next = 0  # place of the first that has not begun
        self.stage = stage
        self.ends = 0.0  # when the phase's time is over; 0 as long as nothing has waited
        self.is_quiet = True
        self.steps: list[Step] = []
        self.waiting: dict[str, tuple[Runner, asyncio.Task[Report], asyncio.TimerHandle, float]] = {}
        self.is_over = self.advance()

    @property
    def known(self) -> Findings:
        """All that has been established, here and earlier."""
        return self.stage.so_far

    def advance(self) -> bool:
        """Begin every check that need not wait for another; True if all have ended."""
        is_relay = self.stage.is_relay
        for runner in self.runners[self.next :]:
            if self.waiting and not self.waiting.keys().isdisjoint(runner.after):
                return False
            self.next += 1
            if is_relay and runner.of_client:
                self.is_quiet = False  # it has no step, where a quiet phase has one of every check
            else:
                self.begin(runner)
        return not self.waiting

    async def rest(self) -> None:
        """All that had to wait."""
        while not self.is_over:
            is_last = self.next == len(self.runners)
            await self.settle(tuple(self.waiting) if is_last else self.runners[self.next].after)
            self.is_over = self.advance()

    def begin(self, runner: Runner) -> None:
        """Run a check as far as it goes without waiting."""
        if runner.caches and (known := runner.cached(self.stage, self.engine.clock.monotonic())):
            self.add(runner, known, Outcome.CACHED, 0.0)
            return
        try:
            answer = runner.check(self.stage)
            if not isinstance(answer, Report):
                try:
                    waited = answer.send(None)
                except StopIteration as end:  # most need not wait, and no task is made for them
                    answer = end.value
                else:
                    self.wait(runner, carry_on(answer, waited))
                    return
        except Exception as error:  # the boundary: one broken check must not end a session
            self.fail(runner, error, 0.0)
            return
        if answer is NOTHING_FOUND and not runner.caches:
            self.steps.append(runner.quiet)
        else:
            self.add(runner, answer, Outcome.DONE, 0.0)

    def wait(self, runner: Runner, task: "asyncio.Task[Report]") -> None:
        spec = runner.check.spec
        begun = self.engine.clock.monotonic()
        self.ends = self.ends or begun + PHASE_LIMIT
        limit = task.get_loop().call_later(max(0.0, min(spec.timeout, self.ends - begun)), task.cancel)
        self.waiting[spec.name] = (runner, task, limit, begun)

    async def settle(self, names: tuple[str, ...]) -> None:
        """Wait until these checks have ended, well or badly."""
        for name in names:
            if name not in self.waiting:
                continue
            runner, task, limit, begun = self.waiting.pop(name)
            try:
                await asyncio.wait((task,))
            finally:
                limit.cancel()
                if not task.done():  # we ourselves were cancelled
                    task.cancel()
            elapsed = self.engine.clock.monotonic() - begun
            if task.cancelled():
                self.add(runner, Report((runner.unavailable("timed out"),)), Outcome.TIMEOUT, elapsed)
            elif error := task.exception():
                self.fail(runner, error, elapsed)
            else:
                self.add(runner, task.result(), Outcome.DONE, elapsed)

    def fail(self, runner: Runner, error: BaseException, elapsed: float) -> None:
        if not isinstance(error, Unavailable):
            self.engine.on_bug(runner.check.spec.name, error)
        finding = runner.unavailable(str(error)[:DETAIL] or type(error).__name__)
        value = error.value if isinstance(error, Unavailable) else None
        self.add(runner, Report((finding,), value), Outcome.ERROR, elapsed)

    def add(self, runner: Runner, report: Report, outcome: Outcome, elapsed: float) -> None:
        """Into the trace, and into what the next check sees."""
        if runner.check.spec.cache and outcome is Outcome.DONE:
            runner.remember(self.stage, report, self.engine.clock.monotonic())
        if report is NOTHING_FOUND and outcome is Outcome.DONE and not elapsed:
            self.steps.append(runner.quiet)
            return
        self.is_quiet = False
        findings, value = report.findings, report.value
        self.steps.append(Step(runner.check.spec.name, outcome, findings, elapsed))
        if findings or value is not None:
            before = self.stage.so_far
            values = before.values if value is None else (*before.values, value)
            self.stage = structs.replace(self.stage, so_far=Findings((*before.items, *findings), values))
