"""A configuration that does not fit the machine is told, one that does is not."""

import os

import pytest

from gatepost.config.machine import Machine, lint_machine, this_machine
from tests.config.texts import loaded

ROOMY = Machine(cores=4, descriptors=100_000, is_root=False)


def rules(machine, change=None):
    return [problem.rule for problem in lint_machine(loaded(change or {}), machine)]


def test_a_roomy_machine_has_no_complaints():
    assert rules(ROOMY) == []


@pytest.mark.parametrize(("workers", "found"), [(8, []), (9, ["machine.workers"])])
def test_more_than_two_workers_a_core_are_told(workers, found):
    assert rules(ROOMY, {"gateway": {"workers": workers}}) == found


@pytest.mark.parametrize(("descriptors", "found"), [(6_200, []), (6_199, ["machine.descriptors"])])
def test_too_few_open_files_are_told(descriptors, found):
    assert rules(Machine(cores=4, descriptors=descriptors, is_root=False)) == found


def test_root_without_another_user_is_told():
    root = Machine(cores=4, descriptors=100_000, is_root=True)
    assert rules(root) == ["gateway.root"]
    assert rules(root, {"gateway": {"user": "gatepost"}}) == []


def test_a_user_that_does_not_exist_is_told():
    configuration = loaded({"gateway": {"user": "no-such-user-here"}})
    (problem,) = [p for p in lint_machine(configuration, this_machine(configuration)) if p.rule == "gateway.no-user"]
    assert "useradd --system" in problem.fix


def test_this_machine_is_seen_as_it_is():
    machine = this_machine(loaded({}))
    assert machine.cores == len(os.sched_getaffinity(0))
    assert (machine.is_root, machine.missing_user) == (os.geteuid() == 0, "")
