"""Sender authentication by itself, for conformance suites: one question in, one answer out, nothing remembered.

The functions and checks are those of the gateway; only the resolver is named by who asks.
"""

import base64
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from gatepost.adapters.dns.resolver import Resolver
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.auth.arc.chain import ArcChain, ArcResult
from gatepost.auth.arc.validate import validate
from gatepost.auth.author import author
from gatepost.auth.dkim.result import DkimResults
from gatepost.auth.dkim.verify import verify
from gatepost.auth.dmarc.evaluate import Authenticated, DmarcResult, Identifier, Method, Outcome, evaluate
from gatepost.auth.dmarc.judged import DmarcJudged, identifiers
from gatepost.auth.dmarc.record import Policy
from gatepost.auth.spf.check import check_host
from gatepost.auth.spf.result import SpfResult
from gatepost.auth.suffixes import is_public_suffix
from gatepost.gateway.clock import SystemClock
from gatepost.model.message import Message
from gatepost.model.samples import Octets
from gatepost.ports.dns import Dns
from gatepost.smtp.content import Stuffer
from gatepost.syntax.header import read_header

Question = Mapping[str, Any]
RECEIVER = "receiver.invalid"  # our name in explanations (RFC 7208 §7.3): nobody's
UNCLEAR = {"result": Outcome.PERMERROR.value, "policy": Policy.NONE.value}
GIVEN = {"pass": Authenticated.YES, "temperror": Authenticated.UNKNOWN}


async def answer(question: Question, server: str) -> dict[str, Any]:
    """The answer to one question, by its `kind`.

    Args:
        server: `host:port` of the resolver.

    Raises:
        KeyError, ValueError: the question is none.
    """
    clock = SystemClock()
    resolver = Resolver(DnsSettings.model_validate({"servers": [server]}), clock)
    try:
        return await KINDS[question["kind"]](resolver, question, clock.now())
    finally:
        resolver.close()


async def spf(dns: Dns, question: Question, now: float) -> dict[str, Any]:
    found = await checked_host(dns, question, now)
    return {"result": found.result.value, "explanation": found.explanation}


async def dkim(dns: Dns, question: Question, now: float) -> dict[str, Any]:
    results = await verified(dns, message_of(question), now)
    return {"results": [each.result.value for each in results.items]}


async def arc(dns: Dns, question: Question, now: float) -> dict[str, Any]:
    return {"result": (await validate(dns, message_of(question), now)).result.value}


async def dmarc(dns: Dns, question: Question, now: float) -> dict[str, Any]:
    said = question.get("spf") or {}
    looked_at = [identifier(Method.SPF, said)] if said.get("domain") else []
    looked_at += [identifier(Method.DKIM, each) for each in question.get("dkim") or () if each.get("domain")]
    return shown(await evaluate(dns, question["from_domain"].lower().rstrip("."), looked_at))


async def full(dns: Dns, question: Question, now: float) -> dict[str, Any]:
    message = message_of(question)
    sender, signatures = await checked_host(dns, question, now), await verified(dns, message, now)
    chain: ArcChain = await validate(dns, message, now)
    looked_at = identifiers(sender, signatures)
    results = tuple([await evaluate(dns, domain, looked_at) for domain in author(message).domains])
    return {
        "spf": sender.result.value,
        "dkim": [each.result.value for each in signatures.items],
        "dmarc": shown(DmarcJudged(results).worst) if results else UNCLEAR,
        "arc": ArcResult(chain.result).value,
    }


KINDS = {"spf": spf, "dkim": dkim, "arc": arc, "dmarc": dmarc, "full": full}


async def checked_host(dns: Dns, question: Question, now: float) -> SpfResult:
    ip, sender = ip_address(question["ip"]), question.get("mail_from", "")
    return await check_host(dns, ip, question.get("helo", ""), sender, receiver=RECEIVER, now=now)


async def verified(dns: Dns, message: Message, now: float) -> DkimResults:
    domains = author(message).domains
    prefer = domains[0] if domains else ""
    return DkimResults(await verify(dns, message, now, is_public_suffix=is_public_suffix, prefer=prefer))


def identifier(method: Method, said: Mapping[str, str]) -> Identifier:
    return Identifier(method, said["domain"].lower().rstrip("."), GIVEN.get(said["result"], Authenticated.NO))


def shown(result: DmarcResult) -> dict[str, Any]:
    """The policy that holds for the author's domain; of a failure, what is asked to be done now."""
    asked = result.policy if result.outcome is Outcome.FAIL else result.published or Policy.NONE
    return {"result": result.outcome.value, "policy": asked.value}


def message_of(question: Question) -> Message:
    """The message as the gateway would keep it: with CRLF, dot-stuffed."""
    octets = base64.b64decode(question["message_b64"])
    if b"\r\n" not in octets:
        octets = octets.replace(b"\n", b"\r\n")
    stuffed, _ = Stuffer().stuff(octets)
    fields, size, malformed = read_header(stuffed)
    return Message(size=len(octets), header=fields, header_octets=size, content=Octets(stuffed), malformed=malformed)
