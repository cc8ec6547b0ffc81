"""What these tests share: every one that runs in a loop runs in asyncio's and in uvloop's."""

import asyncio
import ssl

import pytest
import uvloop

from tests.servers.certificates import Certificate


def pytest_asyncio_loop_factories():
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def certificate(authority) -> Certificate:
    return authority.issue("127.0.0.1", "mail.test")


@pytest.fixture(scope="session")
def server_tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context
