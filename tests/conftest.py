"""What holds for every test: the fixtures of real servers, and Hypothesis without deadlines."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers.fixtures"]

STARTS_SERVERS = {"receiving_postfix", "start_gateway", "start_postfix", "start_sender", "start_unbound"}

# A slow machine is not a failure; in CI the same examples every time.
settings.register_profile(
    "gatepost",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gatepost")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m 'not servers'` leaves out whatever starts real servers."""
    for item in items:
        if STARTS_SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
