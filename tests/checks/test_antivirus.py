"""What engines and rules say, and what of it counts."""

import pytest

from gatepost.checks.antivirus import DAY, Antivirus, Config
from gatepost.model.check import NOTHING_FOUND
from gatepost.model.inspection import Inspection, Item
from gatepost.model.samples import found, message
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_engines import FakeScanners

NOW = 1704103200.0
FOUND = {"infected": ("Eicar",)}
DOWN = {"silent": "down"}


def check(*names, engines=(), **settings):
    return Antivirus(Config(engines=names, **settings), FakeScanners(dict(engines)))


async def said(engines, *, so_far=None, **settings):
    at = message(now=NOW, so_far=so_far) if so_far else message(now=NOW)
    report = await check(*engines, engines=engines, **settings)(at)
    return [(finding.code.partition(".")[2], finding.detail) for finding in report.findings]


def inspected(*items):
    return found(values=(Inspection(items=tuple(Item(path=path, engines=names) for path, names in items)),))


async def test_what_is_found_names_its_engine():
    assert await said({"clamav": FOUND, "other": {}}) == [("virus", "Eicar (clamav)")]


async def test_what_several_find_is_told_together_and_bounded():
    engines = {f"e{i}": {"infected": ("Long.Name." * 20,)} for i in range(5)}
    ((code, detail),) = await said(engines)
    assert code == "virus" and len(detail) == 160


@pytest.mark.parametrize("others", [{"other": DOWN}, {"other": {"silent": "down", "required": False}}])
async def test_what_is_known_to_be_malware_waits_for_nobody(others):
    assert ("virus", "Eicar (clamav)") in await said({"clamav": FOUND, **others})


@pytest.mark.parametrize("other", [{}, {"unscannable": "too deep"}])
async def test_who_is_required_must_have_answered(other):
    with pytest.raises(Unavailable, match="down"):
        await said({"clamav": DOWN, "other": other})


async def test_who_is_not_required_is_told_of():
    assert await said({"clamav": {"silent": "down", "required": False}}) == [("no_answer", "clamav: down")]


async def test_what_could_not_be_looked_into_is_not_clean():
    assert await said({"clamav": {"unscannable": "too deep"}}) == [("unscannable", "clamav: too deep")]


async def test_old_signatures_are_told_unless_they_have_found_something():
    old = {"signatures": NOW - 8 * DAY}
    assert await said({"clamav": old}) == [("outdated", "clamav: 8 days")]
    assert await said({"clamav": {**old, **FOUND}}) == [("virus", "Eicar (clamav)")]
    assert await said({"clamav": old}, max_signature_age=9 * DAY) == []
    assert await said({"clamav": {"signatures": 0.0}}) == []


async def test_what_rules_have_matched_is_told_with_its_place():
    so_far = inspected(("1", ()), ("2!a.one", ("OneNote_With_Program",)))
    assert await said({"clamav": {}}, so_far=so_far) == [("embedded", "OneNote_With_Program in a.one")]


async def test_a_rule_that_has_matched_waits_for_nobody():
    so_far = inspected(("2", ("Own_Rule",)))
    assert [code for code, _ in await said({"clamav": DOWN}, so_far=so_far)] == ["embedded"]


async def test_names_that_do_not_count_are_left_out():
    so_far = inspected(("2", ("Own_Rule", "Own_Other")))
    engines = {"clamav": {"infected": ("PUA.Tool", "Eicar")}}
    wanted = [("virus", "Eicar (clamav)"), ("embedded", "Own_Other in part 2")]
    assert await said(engines, so_far=so_far, ignore=("PUA.*", "Own_Rule")) == wanted


def test_without_engines_nobody_is_asked_and_nothing_waits():
    assert check()(message()) is NOTHING_FOUND
    (finding,) = check()(message(so_far=inspected(("2", ("Own_Rule",))))).findings
    assert finding.code == "antivirus.embedded"


async def test_an_engine_that_is_not_there_is_no_answer():
    with pytest.raises(Unavailable):
        await check("nobody")(message())


async def test_what_an_engine_says_is_printable():
    ((_, detail),) = await said({"clamav": {"infected": ("a\r\nb\x1b",)}})
    assert detail == "a??b? (clamav)"
