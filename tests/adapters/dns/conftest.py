"""What these tests share: loops of both kinds, a name server, and a resolver that asks it."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvloop

from gatepost.adapters.dns.resolver import Resolver
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.gateway.clock import SystemClock
from tests.servers.names import NameServer

QUICK = {"timeout": 0.1, "tries": 2, "deadline": 1.0, "min_ttl": 0}


def pytest_asyncio_loop_factories():
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def quick(*servers: str, **settings: Any) -> DnsSettings:
    """Settings with little patience."""
    return DnsSettings.model_validate({**QUICK, "servers": servers, **settings})


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer() as server:
        yield server


@pytest.fixture
async def resolving(names) -> Callable[..., Resolver]:
    """Makes a resolver that asks `names`, or the `servers` given; with settings, and a clock."""
    made: list[Resolver] = []

    def make(*servers: str, clock: Any = None, **settings: Any) -> Resolver:
        made.append(Resolver(quick(*(servers or (names.where,)), **settings), clock or SystemClock()))
        return made[-1]

    yield make
    for resolver in made:
        resolver.close()
