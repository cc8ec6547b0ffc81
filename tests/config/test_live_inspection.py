"""Whether messages can be looked into is tried, and told."""

from gatepost.adapters.inspection.sandbox.confine import Confinement
from gatepost.adapters.inspection.wire import Ready
from gatepost.config import live_inspection
from gatepost.config.problems import Severity
from tests.config.texts import loaded


async def found(monkeypatch=None, answer=None, change=None):
    if monkeypatch is not None:
        monkeypatch.setattr(live_inspection, "survey", lambda orders: answer)
    return await live_inspection.probe_inspection(loaded(change or {}))


async def test_a_process_is_really_started_and_what_holds_it_is_told():
    (problem,) = await found()
    assert problem.rule in ("inspection.held", "inspection.weaker") and "limits" in problem.message


async def test_what_the_machine_does_not_offer_is_a_warning(monkeypatch):
    (problem,) = await found(monkeypatch, Ready(Confinement(("limits",), ("files: no Landlock",)), ""))
    assert problem.severity is Severity.WARNING and problem.message.endswith("not held by files: no Landlock")


async def test_where_none_can_be_started_it_is_an_error_that_says_what_to_do(monkeypatch):
    (problem,) = await found(monkeypatch, Ready(Confinement(), "no process can be started: no memory"))
    assert problem.severity is Severity.ERROR and "apt-get install libmagic1" in problem.fix


async def test_where_nothing_is_looked_into_nothing_is_tried(monkeypatch):
    assert await found(monkeypatch, None, {"checks": {"mime": {"enabled": False}}}) == []
