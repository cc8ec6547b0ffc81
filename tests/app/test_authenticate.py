import base64

import pytest

from gatepost.app.authenticate import answer
from gatepost.auth.samples import BODY, keys_of, sealed, signed
from tests.servers.loopback import HOST

NAMES = {
    "example.net": {"TXT": [f"v=spf1 ip4:{HOST} -all exp=why.example.net"]},
    "why.example.net": {"TXT": ["Not from %{i}"]},
    "_dmarc.example.net": {"TXT": ["v=DMARC1; p=reject; sp=quarantine; t=n"]},
    **keys_of("example.net", "lists.example.org"),
}
PASS = {"result": "pass", "policy": "reject"}


@pytest.fixture
def ask(start_names):
    server = start_names(NAMES)

    async def asked(**question):
        return await answer(question, f"{HOST}:{server.port}")

    return asked


def encoded(header, body=BODY, line_end=b"\r\n"):
    return base64.b64encode((header + b"\r\n" + body).replace(b"\r\n", line_end)).decode()


async def test_spf(ask):
    who = {"kind": "spf", "helo": "x.example", "mail_from": "ann@example.net"}
    assert await ask(**who, ip=HOST) == {"result": "pass", "explanation": ""}
    assert await ask(**who, ip="192.0.2.1") == {"result": "fail", "explanation": "Not from 192.0.2.1"}


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
async def test_dkim_has_a_result_for_each_signature_from_the_top(ask, line_end):
    twice = signed("nokey.example", signed())
    assert await ask(kind="dkim", message_b64=encoded(twice, line_end=line_end)) == {"results": ["permerror", "pass"]}
    assert await ask(kind="dkim", message_b64=encoded(b"From: a@b.example\r\n")) == {"results": []}


async def test_a_line_that_begins_with_a_dot_is_hashed_as_it_is(ask):
    assert await ask(kind="dkim", message_b64=encoded(signed(), b".Hi.\r\n")) == {"results": ["fail"]}


async def test_arc(ask):
    header = sealed("lists.example.org", "dmarc=pass header.from=example.net")
    assert await ask(kind="arc", message_b64=encoded(header)) == {"result": "pass"}
    assert await ask(kind="arc", message_b64=encoded(header, b"Hi!\r\n")) == {"result": "fail"}
    assert await ask(kind="arc", message_b64=encoded(signed())) == {"result": "none"}


async def test_dmarc(ask):
    passed, failed = {"result": "pass", "domain": "example.net"}, {"result": "fail", "domain": "example.net"}
    of = {"kind": "dmarc", "from_domain": "example.net"}
    assert await ask(**of, spf=failed, dkim=[passed]) == PASS
    assert await ask(**of, spf=passed, dkim=[]) == PASS
    assert await ask(**of, spf=failed, dkim=[failed]) == {"result": "fail", "policy": "reject"}
    assert await ask(**{**of, "from_domain": "A.example.net"}) == {"result": "fail", "policy": "quarantine"}
    assert await ask(**{**of, "from_domain": "other.example"}) == {"result": "none", "policy": "none"}


async def test_all_of_it(ask):
    question = {"kind": "full", "ip": "192.0.2.1", "helo": "x.example", "mail_from": "ann@example.net"}
    found = await ask(**question, message_b64=encoded(signed()))
    assert found == {"spf": "fail", "dkim": ["pass"], "dmarc": PASS, "arc": "none"}
    two = encoded(b"From: a@example.net\r\n" + signed())
    assert (await ask(**question, message_b64=two))["dmarc"] == {"result": "permerror", "policy": "none"}


async def test_what_is_no_question_is_an_error(ask):
    with pytest.raises(KeyError):
        await ask(kind="unknown")
