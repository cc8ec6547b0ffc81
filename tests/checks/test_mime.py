"""What is told of an inspection as a whole."""

import pytest

from gatepost.checks.mime import Config, Mime
from gatepost.model.check import FailMode, Report
from gatepost.model.inspection import Ambiguity, FileClass, Inspection, Item
from gatepost.model.samples import message
from gatepost.testing.fakes import FakeInspector


class AtOnce:
    """An inspector that need not wait."""

    def __init__(self, found):
        self.found = found

    def inspect(self, whole):
        return self.found


async def report(**found):
    inspection = Inspection(**found)
    at_once = Mime(Config(), AtOnce(inspection))(message())
    later = await Mime(Config(), FakeInspector(inspection))(message())
    assert isinstance(at_once, Report) and at_once == later and at_once.value is inspection
    return {finding.code: finding.detail for finding in at_once.findings}


async def test_an_inspection_is_left_for_later_checks_even_where_nothing_is_wrong():
    assert await report() == {}


async def test_one_place_that_opens_something_is_worse_than_many_that_do_not():
    places = (Ambiguity("a", "1"), Ambiguity("b", "2", opens=True), Ambiguity("c", "3"))
    assert await report(ambiguities=places) == {"mime.conflicting": "b (2)"}


async def test_a_finding_names_the_first_few():
    places = tuple(Ambiguity("a", str(number)) for number in range(9))
    assert await report(ambiguities=places) == {"mime.ambiguous": "a (0); a (1); a (2) ..."}


@pytest.mark.parametrize("budget", ["header", "parts", "depth", "parameters", "readings"])
async def test_too_much_structure_is_told(budget):
    assert await report(over=(budget,)) == {"mime.limits": budget}


@pytest.mark.parametrize("budget", ["size", "ratio", "members", "time", "memory"])
async def test_content_that_is_too_much_is_unscannable_and_never_clean(budget):
    assert await report(over=(budget,)) == {"mime.unscannable": f"over budget: {budget}"}


async def test_what_could_not_be_read_is_named_and_printable():
    assert await report(unscannable=("2!a\u202e.7z: names are encrypted",)) == {
        "mime.unscannable": "2!a?.7z: names are encrypted"
    }


async def test_pieces_are_named():
    items = (Item(path="1", declared="message/external-body", classes=(FileClass.FRAGMENT,)),)
    assert await report(items=items) == {"mime.fragment": "1: message/external-body"}


def test_without_an_inspection_the_client_comes_back():
    assert Mime.spec.if_unavailable is FailMode.TEMPFAIL and {"inbound", "submission"} <= set(Mime.spec.roles)
