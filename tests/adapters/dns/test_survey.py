import pytest

from gatepost.adapters.dns.survey import Surveyed, survey
from gatepost.gateway.clock import SystemClock
from tests.adapters.dns.conftest import quick
from tests.servers.loopback import HOST, free_port
from tests.servers.names import Fault, NameServer

ROOT = {"": {"NS": ["a.root-servers.test"]}}


async def surveyed(*servers):
    return await survey(quick(*servers), SystemClock())


@pytest.mark.parametrize("validates", [True, False])
async def test_whether_it_validates_and_how_long_it_takes(validates):
    with NameServer(ROOT, validates=validates) as names:
        (one,) = await surveyed(names.where)
    assert (one.where, one.validates, one.error) == (names.where, validates, "")
    assert 0 < one.seconds < 0.5
    assert [(asked.name, asked.type) for asked in names.asked] == [("", "NS")]


async def test_each_is_asked_by_itself(names):
    names.names = ROOT
    dead = f"{HOST}:{free_port()}"
    first, second = await surveyed(dead, names.where)
    assert first == Surveyed(dead, error="connection refused")
    assert second.error == ""


@pytest.mark.parametrize(("fault", "error"), [(Fault.SILENT, "timed out"), (Fault.REFUSED, "REFUSED")])
async def test_why_there_is_no_answer_is_told(names, fault, error):
    names.fault = fault
    (one,) = await surveyed(names.where)
    assert one.error == error
