"""Fixtures that start real servers. Whatever lives for the whole session is only ever read or cleared by a test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.servers.c_icap import CIcap
from tests.servers.certificates import Authority
from tests.servers.clamd import Clamd
from tests.servers.gateway import Gateway
from tests.servers.names import NameServer
from tests.servers.postfix import Postfix, ReceivingPostfix, SendingPostfix
from tests.servers.rspamd import Rspamd
from tests.servers.spamd import Spamd
from tests.servers.unbound import Unbound


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Issues certificates that nobody but the test trusts."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def running_postfix() -> Iterator[ReceivingPostfix]:
    server = ReceivingPostfix()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def receiving_postfix(running_postfix: ReceivingPostfix) -> ReceivingPostfix:
    """A mail server for example.test that takes every recipient and offers all it can; its mailbox is empty."""
    running_postfix.mailbox.clear()
    return running_postfix


@pytest.fixture
def start_postfix() -> Iterator[Callable[..., ReceivingPostfix]]:
    """Starts a mail server with the arguments of `ReceivingPostfix`."""
    started: list[Postfix] = []

    def start(**arguments: Any) -> ReceivingPostfix:
        server = ReceivingPostfix(**arguments)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def start_sender() -> Iterator[Callable[..., SendingPostfix]]:
    """Starts a sending MTA with the arguments of `SendingPostfix`."""
    started: list[Postfix] = []

    def start(**arguments: Any) -> SendingPostfix:
        server = SendingPostfix(**arguments)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def start_names() -> Iterator[Callable[..., NameServer]]:
    """Starts a name server with the arguments of `NameServer`."""
    started: list[NameServer] = []

    def start(*names: Any, **arguments: Any) -> NameServer:
        server = NameServer(*names, **arguments)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def start_unbound() -> Iterator[Callable[..., Unbound]]:
    """Starts a recursive resolver with the arguments of `Unbound`, such as the port of a name server."""
    started: list[Unbound] = []

    def start(*arguments: Any) -> Unbound:
        server = Unbound(*arguments)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.discard()


@pytest.fixture
def start_gateway() -> Iterator[Callable[..., Gateway]]:
    """Starts a gateway with the arguments of `Gateway`; prints what it said when the test fails."""
    started: list[Gateway] = []

    def start(**arguments: Any) -> Gateway:
        gateway = Gateway(**arguments)
        started.append(gateway)
        return gateway.start()

    yield start
    for gateway in started:
        print(gateway.said())  # noqa: T201  pytest shows it with a failure
        gateway.remove()


@pytest.fixture(scope="session")
def clamd() -> Iterator[Clamd]:
    """An antivirus engine with signatures of the EICAR test file and of `MARK`."""
    server = Clamd()
    try:
        yield server.start()
    finally:
        server.discard()


@pytest.fixture
def start_clamd() -> Iterator[Callable[..., Clamd]]:
    """Starts an antivirus engine with the arguments of `Clamd`."""
    started: list[Clamd] = []

    def start(**arguments: Any) -> Clamd:
        server = Clamd(**arguments)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.discard()


@pytest.fixture(scope="session")
def c_icap(clamd: Clamd) -> Iterator[CIcap]:
    """An ICAP server in front of `clamd`."""
    server = CIcap(clamd)
    try:
        yield server.start()
    finally:
        server.discard()


@pytest.fixture(scope="session")
def rspamd() -> Iterator[Rspamd]:
    """A spam engine that is asked by HTTP; no name exists for it."""
    with NameServer({}) as names, Rspamd(names=names.port, reject=15) as server:
        yield server


@pytest.fixture(scope="session")
def spamd() -> Iterator[Spamd]:
    """SpamAssassin, which asks no network."""
    server = Spamd()
    try:
        yield server.start()
    finally:
        server.discard()
