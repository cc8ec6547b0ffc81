"""Which checks are there, and how one is made."""

import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest
from pydantic import BaseModel

from gatepost.engine import catalogue
from gatepost.engine.catalogue import DuplicateCheck, asking, build, check_classes, config_class
from gatepost.model.check import Check, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.stage import MailStage
from gatepost.ports.clock import Clock
from gatepost.ports.dns import Dns
from gatepost.ports.lists import Lists
from gatepost.testing.fakes import FakeClock


class Foreign(Check[MailStage]):
    """As a third party would write it."""

    spec = Spec(name="foreign", kinds=())

    def __init__(self, config: CheckSettings, clock: Clock) -> None:
        self.config, self.clock = config, clock

    def __call__(self, at: MailStage) -> Report:
        return Report()


@pytest.fixture
def installed(monkeypatch) -> Iterator[ModuleType]:
    """A module of a third party, named by an entry point."""
    module = ModuleType("third_party_checks")
    entries = [SimpleNamespace(module="third_party_checks")]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(catalogue, "entry_points", lambda group: entries if group == "gatepost.checks" else [])
    check_classes.cache_clear()
    yield module
    check_classes.cache_clear()


def adopt(module, cls, name):
    """A class as if it had been written in that module."""
    adopted = type(name, (cls,), {"__module__": module.__name__})
    setattr(module, name, adopted)
    return adopted


def test_every_check_is_found_under_its_name():
    classes = check_classes()
    assert len(classes) > 10 and all(cls.spec.name == name for name, cls in classes.items())


def test_every_module_of_checks_holds_one():
    modules = {cls.__module__ for cls in check_classes().values()}
    assert modules <= {module.__name__ for module in catalogue.modules()}


def test_a_third_party_adds_one_by_an_entry_point(installed):
    added = adopt(installed, Foreign, "Foreign")
    assert check_classes()["foreign"] is added


def test_what_a_module_only_imports_is_not_its_own(installed):
    installed.Foreign, installed.number = Foreign, 7
    assert "foreign" not in check_classes()


def test_two_of_one_name_are_an_error(installed):
    adopt(installed, Foreign, "Foreign")
    adopt(installed, Foreign, "Other")
    with pytest.raises(DuplicateCheck, match="two checks are named 'foreign'"):
        check_classes()


def test_settings_stand_beside_the_check():
    for cls in check_classes().values():
        assert issubclass(config_class(cls), CheckSettings)


def test_settings_that_are_no_model_are_an_error(installed):
    added = adopt(installed, Foreign, "Foreign")
    for wrong in ({}, int):
        installed.Config = wrong
        with pytest.raises(TypeError, match="foreign: Config must be a pydantic model"):
            config_class(added)
    installed.Config = BaseModel
    assert config_class(added) is BaseModel


def test_a_check_gets_its_settings_and_the_ports_it_names():
    clock, config = FakeClock(), CheckSettings()
    check = build(Foreign, config, {Clock: clock, int: 7})
    assert (check.config, check.clock) == (config, clock)


def test_a_port_that_is_not_there_is_named():
    with pytest.raises(LookupError, match="foreign: no Clock here"):
        build(Foreign, CheckSettings(), {})


def test_which_checks_ask_a_port_is_known_by_section():
    assert {"spf", "dkim", "dmarc"} <= asking(Dns)
    assert "hops" not in asking(Dns)
    assert "own_domain" in asking(Lists) and "own_author" not in asking(Lists)  # it shares that section
