"""`[inspection]`: what can be set, and what becomes of it."""

import pytest
from pydantic import ValidationError

from gatepost.adapters.inspection.budget import Allowance
from gatepost.adapters.inspection.settings import InspectionSettings
from gatepost.adapters.inspection.wire import Orders
from gatepost.mime.part import Limits


def test_the_defaults_are_those_of_the_parts():
    assert InspectionSettings().orders() == Orders(allowance=Allowance(), limits=Limits())


def test_each_number_reaches_who_needs_it():
    made = InspectionSettings.model_validate({
        "cpu": "2s", "memory": "256MiB", "unpacked": "16MiB", "ratio": 50, "ratio_from": "1MiB", "members": 100,
        "depth": 5, "header": "64KiB", "parts": 50, "messages": 7, "processes": 3,
    })  # fmt: skip
    orders = made.orders(("/etc/rules",))
    assert orders.allowance == Allowance(octets=16 * 1024**2, ratio=50, free=1024**2, members=100, depth=5, seconds=2.0)
    assert (orders.limits.header, orders.limits.parts, orders.limits.depth) == (64 * 1024, 50, 5)
    assert (orders.memory, orders.rules, orders.messages) == (256 * 1024**2, ("/etc/rules",), 7)
    assert made.most_processes() == 3


def test_no_number_of_processes_is_one_for_each_processor():
    assert InspectionSettings().most_processes() >= 1


@pytest.mark.parametrize(
    "wrong", [{"cpu": 20.0}, {"memory": "128MiB"}, {"waiting": 0}, {"depth": 1}, {"processors": 1}, {"time": "0s"}]
)
def test_what_does_not_fit_together_is_refused(wrong):
    with pytest.raises(ValidationError):
        InspectionSettings.model_validate(wrong)
