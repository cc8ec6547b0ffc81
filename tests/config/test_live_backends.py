"""Backends are asked for what they offer; what does not fit is told, asked of real connections on loopback."""

import ssl

import pytest

from gatepost.config.live_backends import probe_backends
from gatepost.config.problems import Severity
from gatepost.testing.mailbox import KEYWORDS, Mailbox, Offer
from tests.config.texts import inbound, loaded, over
from tests.servers.loopback import free_port


def backend(*hosts, **settings):
    return {"backends": {"inside": {"hosts": list(hosts), "connect_timeout": "2s", **settings}}}


async def found(*hosts, change=None, **settings):
    configuration = loaded(over(backend(*hosts, **settings), change or {}))
    return {problem.rule: problem for problem in await probe_backends(configuration)}


@pytest.fixture
def certificate(authority):
    return authority.issue("127.0.0.1")


def speaking_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return Offer(tls=context)


async def test_a_good_server_in_clear_is_only_told_to_be_in_clear():
    async with Mailbox() as server:
        problems = await found(server.where)
    assert {rule: p.severity for rule, p in problems.items()} == {"backend.clear": Severity.INFO}


async def test_where_no_tls_is_wanted_none_is_missed():
    async with Mailbox() as server:
        assert await found(server.where, tls="off") == {}


async def test_no_host_that_answers_is_an_error():
    where = f"127.0.0.1:{free_port()}"
    problem = (await found(where))["backend.unreachable"]
    assert problem.severity is Severity.ERROR
    assert problem.message.startswith(f"{where} is not ready for mail: ")
    assert (problem.section, problem.key) == ("backends.inside", "hosts")


async def test_one_of_several_that_does_not_answer_is_a_warning():
    async with Mailbox() as server:
        problems = await found(server.where, f"127.0.0.1:{free_port()}")
    assert problems["backend.unreachable"].severity is Severity.WARNING


async def test_extensions_that_are_missing_are_named():
    async with Mailbox(Offer(keywords=KEYWORDS - {"8BITMIME", "DSN"})) as server:
        problem = (await found(server.where))["backend.extensions"]
    assert problem.message == "does not offer 8BITMIME, DSN: the gateway does not offer it to clients either"


async def test_no_pipelining_is_told_as_what_it_costs():
    async with Mailbox(Offer(keywords=KEYWORDS - {"PIPELINING"})) as server:
        problem = (await found(server.where))["backend.extensions"]
    assert problem.message == "does not offer PIPELINING: each message takes some round trips more"


@pytest.mark.parametrize(("limit", "told"), [("20MiB", False), ("30MiB", True)])
async def test_a_server_that_takes_less_than_the_listener_is_told(limit, told):
    async with Mailbox(Offer(size=21 * 1024**2)) as server:
        problems = await found(server.where, change=inbound(limits={"message_size": limit}))
    assert ("backend.size" in problems) is told


async def test_a_server_that_says_no_size_takes_any():
    async with Mailbox(Offer(size=None)) as server:
        assert "backend.size" not in await found(server.where)


async def test_a_certificate_that_verifies_could_be_required(certificate):
    async with Mailbox(speaking_tls(certificate)) as server:
        problems = await found(server.where, ca_file=str(certificate.authority))
    assert problems["backend.unverified"].fix == 'Set tls = "required".'


async def test_a_certificate_that_does_not_verify_is_told_with_the_reason(certificate):
    async with Mailbox(speaking_tls(certificate)) as server:
        problems = await found(server.where)
    assert problems["backend.unverified"].message.startswith("TLS is used unverified; a verified one fails: ")


async def test_required_tls_that_fails_is_an_error(certificate):
    async with Mailbox(speaking_tls(certificate)) as server:
        problems = await found(server.where, tls="required")
    assert problems["backend.unreachable"].severity is Severity.ERROR


async def test_a_client_certificate_that_cannot_be_used_is_an_error(tmp_path):
    pair = {"certificate": str(tmp_path / "c"), "key": str(tmp_path / "k")}
    async with Mailbox() as server:
        problems = await found(server.where, client_certificate=pair)
    assert problems["backend.unreachable"].severity is Severity.ERROR
