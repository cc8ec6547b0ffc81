"""What is attacked, as fixtures.

`target` is one generous gateway for the whole session (no tar pit, high limits) with a sloppy backend behind it;
`attack` starts gateways with settings of their own. After each test: no traceback, and the next client is served.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gatepost.testing.sloppy import SloppyServer
from tests.attacks.authn import NAMES
from tests.attacks.background import Background
from tests.attacks.client import Client
from tests.attacks.inspecting import LOOKING, Inspecting
from tests.attacks.target import GENEROUS, Target
from tests.servers.gateway import Gateway, laid_over, with_names
from tests.servers.names import NameServer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and {"target", "attack", "sloppy"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)


@pytest.fixture(scope="session")
def sloppy() -> Iterator[SloppyServer]:
    with Background(SloppyServer()) as running:
        yield running.server


@pytest.fixture(scope="session")
def generous_gateway(sloppy: SloppyServer) -> Iterator[Gateway]:
    with Gateway(backend=sloppy.port, settings=GENEROUS) as gateway:
        yield gateway


@pytest.fixture
def target(generous_gateway: Gateway, sloppy: SloppyServer) -> Iterator[Target]:
    target = Target(generous_gateway, sloppy)
    yield target
    target.serve_somebody()
    target.assert_no_bug()


@pytest.fixture
def attack(sloppy: SloppyServer) -> Iterator[Callable[..., Target]]:
    """Starts a gateway like `target`'s with `settings` laid over (None takes a key out) and arguments of `Gateway`."""
    started: list[Target] = []

    def start(settings: dict[str, Any] | None = None, *, under: dict[str, Any] = GENEROUS, **arguments: Any) -> Target:
        arguments = {"backend": sloppy.port, **arguments}
        gateway = Gateway(settings=laid_over(under, settings or {}), **arguments)
        gateway.start()
        started.append(Target(gateway, sloppy))
        return started[-1]

    yield start
    for target in started:
        try:
            target.assert_no_bug()
        finally:
            print(target.said()[-20_000:])  # noqa: T201  pytest shows it with a failure
            target.gateway.remove()


@pytest.fixture(scope="session")
def attacked_names() -> Iterator[NameServer]:
    with NameServer(NAMES) as server:
        yield server


@pytest.fixture(scope="session")
def checking_gateway(sloppy: SloppyServer, attacked_names: NameServer) -> Iterator[Gateway]:
    with Gateway(backend=sloppy.port, settings=laid_over(with_names(attacked_names.port), GENEROUS)) as gateway:
        yield gateway


@pytest.fixture
def checked(checking_gateway: Gateway, sloppy: SloppyServer) -> Iterator[Target]:
    """A gateway that asks who sent a message, and the names of `authn.NAMES`."""
    target = Target(checking_gateway, sloppy)
    yield target
    target.serve_somebody()
    target.assert_no_bug()


@pytest.fixture
def checking(attack: Callable[..., Target], attacked_names: NameServer) -> Callable[..., Target]:
    """Starts a gateway like `checked`'s with `settings` laid over."""
    under = laid_over(with_names(attacked_names.port), GENEROUS)
    return lambda settings: attack(settings, under=under)


@pytest.fixture(scope="session")
def looking_gateway(sloppy: SloppyServer) -> Iterator[Gateway]:
    with Gateway(backend=sloppy.port, settings=laid_over(GENEROUS, LOOKING)) as gateway:
        yield gateway


@pytest.fixture
def inspecting(looking_gateway: Gateway, sloppy: SloppyServer) -> Iterator[Inspecting]:
    """A gateway that looks into messages."""
    target = Inspecting(looking_gateway, sloppy)
    yield target
    target.assert_no_bug()


@pytest.fixture
def session(target: Target) -> Iterator[Client]:
    """A client of `target` that has said EHLO; in the end nothing of it has passed."""
    target.serve_somebody()  # the gateway has seen by now what its backend offers
    with target.connect() as client:
        client.ehlo()
        yield client
    target.assert_nothing_passed()


@pytest.fixture(scope="session")
def open_gateway(sloppy: SloppyServer) -> Iterator[Gateway]:
    domains = {name: {"backend": "mail", "recipients": "any"} for name in ("example.test", "bücher.test")}
    with Gateway(backend=sloppy.port, settings=laid_over(GENEROUS, {"domains": domains})) as gateway:
        yield gateway


@pytest.fixture
def everybody(open_gateway: Gateway, sloppy: SloppyServer) -> Iterator[Target]:
    """A gateway that takes every address of its domains, one of which has an umlaut."""
    target = Target(open_gateway, sloppy)
    target.serve_somebody()
    yield target
    target.assert_no_bug()


@pytest.fixture(scope="session")
def strict_gateway(sloppy: SloppyServer) -> Iterator[Gateway]:
    limits = {"errors": None, "junk_commands": None, "refused_recipients": None}
    with Gateway(
        backend=sloppy.port, settings=laid_over(GENEROUS, {"listeners": {"inbound": {"limits": limits}}})
    ) as gateway:
        yield gateway


@pytest.fixture
def strict(strict_gateway: Gateway, sloppy: SloppyServer) -> Iterator[Target]:
    """A gateway with the default limits of errors: 10 of them, 100 commands without mail, 100 refused recipients."""
    target = Target(strict_gateway, sloppy)
    yield target
    target.serve_somebody()
    target.assert_no_bug()
