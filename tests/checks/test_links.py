"""Where links lead."""

import pytest

from gatepost.checks.links import Config, Links
from gatepost.model.inspection import Inspection, Link
from gatepost.model.samples import found, message
from gatepost.testing.fakes import FakeLists

FILES = {"/denied": ("shop.example", ".bad.example")}


def codes(*links, **config):
    at = message(so_far=found(values=(Inspection(links=links),)))
    return {f.code: f.detail for f in Links(Config(**config), FakeLists(FILES))(at).findings}


def test_without_an_inspection_or_links_nothing_is_told():
    assert not Links(Config(), FakeLists())(message()).findings and codes() == {}


def test_each_kind_is_told_once_with_the_first_host():
    links = [Link(url=f"http://{n}@x{n}.example", host=f"x{n}.example", traits=("userinfo",)) for n in range(3)]
    assert codes(*links) == {"links.userinfo": "x0.example"}


def test_a_link_without_a_host_is_shown_as_it_is_printable():
    assert codes(Link(url="data:text/html,\r\nx", traits=("data",))) == {"links.data": "data:text/html,??x"}


@pytest.mark.parametrize(
    ("host", "is_denied"),
    [("shop.example", True), ("a.bad.example", True), ("bad.example", True), ("good.example", False)],
)
def test_a_list_of_hosts_is_compared(host, is_denied):
    denied = codes(Link(url="x", host=host), deny_file="/denied", deny=("bad.example",))
    assert ("links.denied" in denied) is is_denied


@pytest.mark.parametrize(("action", "outcome"), [("reject", "refused"), ("quarantine", "held"), ("tag", "marked")])
def test_what_is_wanted_is_as_the_settings_have_it(action, outcome):
    (wish,) = Links.wishes(Config(action=action))
    assert (wish.outcome, bool(wish.text)) == (outcome, action == "reject")
