"""Who is whom in the AUTHN-* tests: names in the DNS, letters, and what the gateway says of them to its backend."""

import re
import subprocess
from collections.abc import Iterator
from typing import Any

from gatepost.auth.results import MethodResult
from gatepost.auth.results_reader import read_results
from gatepost.auth.samples import BODY, PRIVATE, keys_of
from gatepost.model.message import Field
from gatepost.syntax.header import read_header
from tests.attacks.target import OURS, WAIT, Target
from tests.auth.dkim.workshop import record, weak_key
from tests.servers.gateway import PROGRAM
from tests.servers.loopback import HOST, wait_until
from tests.servers.names import FAULT, Fault, Names

MX: dict[str, Any] = {"MX": [(10, "mx.sender.test")]}
SENDS = f"v=spf1 ip4:{HOST} -all"
NAMES: Names = {
    "mx.sender.test": {"A": ["192.0.2.25"]},
    "client.test": {"A": [HOST]},
    "sender.test": {"TXT": [SENDS], **MX},
    "attacker.test": {"TXT": [SENDS], **MX},
    "mail.attacker.test": {"TXT": [SENDS], **MX},
    "victim.test": {"TXT": ["v=spf1 -all"], **MX},
    "_dmarc.victim.test": {"TXT": ["v=DMARC1; p=reject; sp=none; np=reject"]},
    "blog.victim.test": {"A": ["192.0.2.80"]},
    "signer.test": MX,
    "_dmarc.signer.test": {"TXT": ["v=DMARC1; p=reject"]},
    **keys_of("attacker.test", "signer.test"),
    "*._domainkey.signer.test": {"TXT": [record(PRIVATE)]},
    "s._domainkey.test": {"TXT": [record(PRIVATE)]},
    "revoked._domainkey.signer.test": {"TXT": ["v=DKIM1; k=ed25519; p="]},
    "testing._domainkey.signer.test": {"TXT": [record(PRIVATE, "v=DKIM1; t=y")]},
    "tls._domainkey.signer.test": {"TXT": [record(PRIVATE, "v=DKIM1; s=tlsrpt")]},
    "sha1._domainkey.signer.test": {"TXT": [record(PRIVATE, "v=DKIM1; h=sha1")]},
    "weak._domainkey.signer.test": {"TXT": [record(weak_key())]},
    "huge._domainkey.signer.test": {"TXT": [record(PRIVATE, f"v=DKIM1; n={'x' * 8192}")]},
    "gone._domainkey.signer.test": {"A": ["192.0.2.1"]},
    "mute._domainkey.signer.test": {FAULT: Fault.SERVFAIL},
    "loop.test": {"TXT": ["v=spf1 include:loop.test -all"], **MX},
    "many.test": {"TXT": [f"v=spf1 {' '.join(f'exists:x{i}.many.test' for i in range(12))} -all"], **MX},
    "macro.test": {"TXT": ["v=spf1 exists:%{l}.%{l}.%{l}.%{l}.%{l1r-}.macro.test -all"], **MX},
    "two.test": {"TXT": ["v=spf1 -all", "v=spf1 +all"], **MX},
    "ten.test": {"TXT": ["v=spf10 -all"], **MX},
    "giant.test": {"TXT": [b"v=spf1 " + b"a:x.test " * 6000 + b"-all"], **MX},
    "odd.test": {"TXT": ["v=spf1 ip4:192.0.2.0/24 -\xe4ll"], **MX},
    "weak.test": {"TXT": ["v=spf1 +all"], **MX},
    "explains.test": {"TXT": ["v=spf1 exp=why.explains.test -all"], **MX},
    "why.explains.test": {"TXT": ["go away, %{s}, says %{d}"]},
    "injects.test": {"TXT": ["v=spf1 exp=why.injects.test -all"], **MX},
    "why.injects.test": {"TXT": [b"no\r\n250 2.0.0 Ok %s %n \xff"]},
    "garbage.test": MX,
    "_dmarc.garbage.test": {"TXT": [b"v=DMARC1; p=re\0ject; rua=mailto:\xff"]},
    "large.test": MX,
    "_dmarc.large.test": {"TXT": [b"v=DMARC1; p=reject; " + b"x=y; " * 12_000]},
}
"""The attacker's own domain is in perfect order; the victim asks to refuse what is not his; the signer only signs."""

ATTACKER, VICTIM = b"x@attacker.test", b"admin@victim.test"


def letter(*fields: bytes, body: bytes = BODY) -> bytes:
    """A letter whose first fields are these."""
    rest = (b"To: rcpt@example.test", b"Date: Mon, 1 Jan 2024 10:00:00 +0000", b"Subject: Hello")
    return b"".join(field + b"\r\n" for field in (*fields, *rest)) + b"\r\n" + body


def said(target: Target, content: bytes, sender: bytes = ATTACKER, helo: bytes = b"client.test") -> str:
    """The reply to this content, in a session of its own; `sender` b"" is the null sender."""
    with target.connect() as client:
        client.ehlo(helo)
        client.envelope(sender)
        client.expect(354, b"DATA")
        client.send(content + b".\r\n")
        return str(client.reply())


def arrived(target: Target) -> tuple[Field, ...]:
    """The header of the newest message, as the backend has it."""
    return read_header(target.messages()[-1].octets)[0]


def added(target: Target) -> tuple[Field, ...]:
    """What of it the gateway has put on top."""
    found = OURS.match(target.messages()[-1].octets)
    assert found is not None
    return read_header(found[0] + b"\r\n")[0]


def passed_on(target: Target) -> tuple[Field, ...]:
    """The rest of it."""
    return arrived(target)[len(added(target)) :]


def results(target: Target) -> dict[str, MethodResult]:
    """What our Authentication-Results says of the newest message, by method; it is there once, and can be read."""
    (field,) = [field for field in arrived(target) if field.name.lower() == "authentication-results"]
    found = read_results(field.value)
    assert found.authserv_id == "mx.example.test"
    return {result.method: result for result in found.results}


def outcomes(target: Target) -> dict[str, str]:
    return {method: result.result for method, result in results(target).items()}


def properties(target: Target) -> Iterator[str]:
    """Every value in them."""
    for result in results(target).values():
        yield from (str(item.value) for item in result.properties)


def codes(target: Target, reply: str) -> set[str]:
    """What the journal has as found in the transaction whose id stands in the reply."""
    transaction = reply.rstrip("]").replace("[", " ").split()[-1]
    found: list[str] = []

    def is_recorded() -> bool:
        told = subprocess.run(
            [PROGRAM, "explain", transaction, "-c", target.gateway.file, "--json"],
            capture_output=True, text=True, timeout=WAIT,
        )  # fmt: skip
        found.extend(re.findall(r'"code": ?"([a-z_.]+)"', told.stdout))
        return told.returncode == 0

    wait_until(is_recorded, seconds=WAIT, what=f"{transaction} is in the journal")
    return set(found)
