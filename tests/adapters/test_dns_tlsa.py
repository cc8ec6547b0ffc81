"""TLSA records, asked of a real name server."""

import pytest

from gatepost.adapters.dns_tlsa import published_tlsa
from gatepost.auth.published.transport import Tlsa
from gatepost.ports.unavailable import Unavailable
from tests.servers.loopback import HOST, free_port
from tests.servers.names import FAULT, Fault

NAME = "_25._tcp.mx1.example.com"
VALUE = "3 1 1 " + "ab" * 32


async def asked(server, name=NAME, timeout=1.0):
    return await published_tlsa([(HOST, server.port)], name, timeout)


async def test_what_is_published_is_said(start_names):
    server = start_names({NAME: {"TLSA": [VALUE, "2 0 1 " + "CD" * 32]}})
    assert set((await asked(server)).values) == {VALUE, "2 0 1 " + "cd" * 32}


async def test_whether_it_was_validated_is_said(start_names):
    assert not (await asked(start_names({NAME: {"TLSA": [VALUE]}}))).is_authentic
    assert (await asked(start_names({NAME: {"TLSA": [VALUE]}}, validates=True))) == Tlsa((VALUE,), True)


async def test_an_alias_is_followed(start_names):
    server = start_names({NAME: {"CNAME": "tlsa.example.com"}, "tlsa.example.com": {"TLSA": [VALUE]}})
    assert (await asked(server)).values == (VALUE,)


async def test_none_is_an_answer(start_names):
    server = start_names({"mx1.example.com": {"A": ["192.0.2.1"]}})
    assert await asked(server) == Tlsa()
    assert await asked(server, "x" * 64 + ".test") == Tlsa()


async def test_a_long_answer_comes_by_tcp(start_names):
    values = [f"3 1 1 {n:064x}" for n in range(60)]
    assert len((await asked(start_names({NAME: {"TLSA": values}}))).values) == 60


@pytest.mark.parametrize("fault", [Fault.SERVFAIL, Fault.REFUSED, Fault.SILENT, Fault.CUT])
async def test_what_is_no_answer_is_unavailable(start_names, fault):
    server = start_names({NAME: {"TLSA": [VALUE], FAULT: fault}})
    with pytest.raises(Unavailable, match=NAME):
        await asked(server, timeout=0.3)


async def test_the_next_resolver_is_asked(start_names):
    server = start_names({NAME: {"TLSA": [VALUE]}})
    found = await published_tlsa([(HOST, free_port()), (HOST, server.port)], NAME, 0.5)
    assert found.values == (VALUE,)


async def test_without_a_resolver_there_is_no_answer():
    with pytest.raises(Unavailable, match="no resolver"):
        await published_tlsa([], NAME, 0.5)
