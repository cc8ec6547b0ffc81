"""What every check must keep, whoever writes it (ARCHITECTURE §3)."""

import asyncio
import re
import sys
from typing import get_type_hints

import pytest
from msgspec import structs

from gatepost.engine.catalogue import build, check_classes, config_class
from gatepost.engine.plan import phase_of, plan
from gatepost.engine.run import Engine
from gatepost.model.check_settings import CheckSettings
from gatepost.model.phase import Phase
from gatepost.model.trace import Outcome
from gatepost.ports.counters import Counters
from gatepost.ports.directory import Directories
from gatepost.ports.inspector import Inspector
from gatepost.ports.memory import Memory
from gatepost.ports.scanner import Scanners
from gatepost.ports.second_opinion import SecondOpinions
from gatepost.testing.fakes import FakeClock
from gatepost.testing.stages import ports_down, ports_in, ports_silent

CHECKS = check_classes()
MAY_BE_DOWN = {Counters, Directories, Inspector, Memory, Scanners, SecondOpinions}
LIMIT = 0.02  # seconds that a silent outside gets here

every_check = pytest.mark.parametrize("cls", CHECKS.values(), ids=CHECKS)
every_outside = pytest.mark.parametrize(
    "cls",
    [c for c in CHECKS.values() if MAY_BE_DOWN & set(get_type_hints(c.__init__).values())],
    ids=lambda c: c.spec.name,
)
every_example = pytest.mark.parametrize(
    ("cls", "example"),
    [pytest.param(c, e, id=f"{c.spec.name}: {e.says}") for c in CHECKS.values() for e in c.examples],
)


def configured(cls, section):
    return config_class(cls)(**section)


def made(cls, example, ports=ports_in):
    return build(cls, configured(cls, example.config), ports(example.world))


async def step_of(check, at):
    bugs = []
    phase = phase_of(type(check))
    engine = Engine(plan((check,), frozenset(CHECKS)), FakeClock(), lambda *bug: bugs.append(bug))
    (step,), _ = await engine.run(phase, at)
    assert not bugs
    return step


def codes(findings):
    return tuple(finding.code for finding in findings)


@every_example
async def test_an_example_holds(cls, example):
    step = await step_of(made(cls, example), example.at)
    assert (step.outcome, codes(step.findings)) == (Outcome.DONE, example.finds)


@every_example
def test_an_example_is_shown_the_stage_that_the_check_asks_for(cls, example):
    assert type(example.at) is get_type_hints(cls.__call__)["at"]


@every_example
def test_the_settings_of_an_example_leave_the_check_something_to_do(cls, example):
    assert not example.finds or not made(cls, example).is_idle()


@every_check
def test_every_kind_is_shown_by_an_example(cls):
    assert {kind.code for kind in cls.spec.kinds} == {code for example in cls.examples for code in example.finds}


@every_check
def test_one_example_finds_nothing(cls):
    assert any(not example.finds for example in cls.examples)


@every_check
def test_codes_carry_the_name_of_their_check(cls):
    assert all(re.fullmatch(rf"{cls.spec.name}\.[a-z_]+", kind.code) for kind in cls.spec.kinds)


@every_check
def test_no_kind_is_named_as_the_engine_names_a_failure(cls):
    assert f"{cls.spec.name}.unavailable" not in {kind.code for kind in cls.spec.kinds}


@every_check
def test_the_name_is_that_of_the_module(cls):
    assert cls.__module__.rpartition(".")[2] == cls.spec.settings


@every_check
def test_the_page_asks_a_question_and_says_which_document_it_follows(cls):
    page = sys.modules[cls.__module__].__doc__ or ""
    assert page.splitlines()[0].endswith("?")
    assert re.search(r"RFC \d+|Gatepost", page)


@every_check
def test_a_summary_is_one_sentence(cls):
    assert all(re.fullmatch(r"[A-Z`].*[^.]\.", kind.summary) for kind in cls.spec.kinds)


@every_check
def test_every_setting_is_documented(cls):
    fields = config_class(cls).model_fields
    assert all(field.description and field.description.endswith((".", ".)")) for field in fields.values())


@every_check
def test_every_setting_has_a_default_and_unknown_ones_are_errors(cls):
    assert configured(cls, {})
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        configured(cls, {"no_such_key": 1})


@every_check
def test_the_settings_have_what_every_section_has(cls):
    assert issubclass(config_class(cls), CheckSettings)
    assert f"[checks.{cls.spec.settings}]" in (config_class(cls).__doc__ or "")


@every_check
def test_what_records_is_never_cached(cls):
    assert not (cls.spec.records and cls.spec.cache)


@every_check
def test_it_reads_only_checks_of_its_own_phase(cls):
    assert all(phase_of(CHECKS[name]) == phase_of(cls) for name in cls.spec.after)


@every_outside
async def test_with_the_outside_down_it_yields_its_failure_and_nothing_else(cls):
    step = await step_of(made(cls, cls.examples[0], ports_down), cls.examples[0].at)
    assert (step.outcome, codes(step.findings)) == (Outcome.ERROR, (f"{cls.spec.name}.unavailable",))


@every_outside
async def test_a_silent_outside_ends_by_the_time_limit(cls, monkeypatch):
    monkeypatch.setattr(cls, "spec", structs.replace(cls.spec, timeout=LIMIT))
    async with asyncio.timeout(10):
        step = await step_of(made(cls, cls.examples[0], ports_silent), cls.examples[0].at)
    assert (step.outcome, codes(step.findings)) == (Outcome.TIMEOUT, (f"{cls.spec.name}.unavailable",))


@every_example
async def test_what_does_not_record_says_the_same_of_the_same_stage(cls, example):
    if cls.spec.records:
        return
    check = made(cls, example)
    assert await step_of(check, example.at) == await step_of(check, example.at)


def test_the_checks_of_this_product_are_found():
    assert {"recipient", "rate", "harvest"} <= {c.spec.name for c in CHECKS.values()}


def test_all_checks_together_have_an_order():
    ports = ports_in({})
    together = plan((build(c, configured(c, {}), ports) for c in CHECKS.values()), frozenset(CHECKS))
    names = [check.spec.name for check in together[Phase.RCPT]]
    assert names.index("recipient") < names.index("harvest")
