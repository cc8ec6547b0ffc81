"""The generated pages tell everything that is declared."""

import runpy
import subprocess
import sys

import pytest

from gatepost.engine.catalogue import check_classes
from gatepost.engine.reference import PAGES, checks_page, every_rule, rules_page
from gatepost.model.phase import Phase
from gatepost.policy.facts import facts_at


def test_every_check_kind_and_example_is_on_the_page_of_checks():
    page = checks_page()
    for name, cls in check_classes().items():
        assert f"## `{name}`" in page
        assert all(f"| `{kind.code}` | {kind.summary} |" in page for kind in cls.spec.kinds)
        assert all(example.says in page for example in cls.examples)


def test_every_rule_and_fact_is_on_the_page_of_rules():
    page = rules_page()
    assert all(rule.name in page for rule in every_rule())
    assert all(f"`{fact}`" in page for fact in facts_at(Phase.MESSAGE))


def test_rules_stand_in_the_order_in_which_they_are_asked():
    of_rcpt = rules_page().partition("## RCPT")[2].partition("## DATA")[0]
    names = [rule.name for rule in every_rule() if rule.phase == Phase.RCPT]
    places = [of_rcpt.index(f"| `{name}`" if name[0] != "*" else f"| {name}") for name in names]
    assert places == sorted(places)


def test_what_cannot_fail_says_nothing_of_failure():
    hops = checks_page().partition("## `hops`")[2].partition("## `")[0]
    assert "Without an answer" not in hops
    assert "Without an answer within 10 s: 4xx" in checks_page()


@pytest.mark.parametrize("name", PAGES)
def test_the_module_prints_its_pages(name):
    printed = subprocess.run([sys.executable, "-m", "gatepost.engine.reference", name], capture_output=True, check=True)
    assert printed.stdout.decode() == PAGES[name]()


def test_a_page_is_written_to_standard_output(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["reference", "rules"])
    with pytest.warns(RuntimeWarning, match="found in sys.modules"):
        runpy.run_module("gatepost.engine.reference", run_name="__main__")
    assert capsys.readouterr().out == rules_page()
