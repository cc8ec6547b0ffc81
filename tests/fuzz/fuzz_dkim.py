"""Messages with DKIM and ARC signatures: verified, validated, and their bodies hashed in any cut."""

import hashlib
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

from gatepost.auth.arc.chain import ArcResult
from gatepost.auth.arc.validate import validate
from gatepost.auth.dkim.body import BodyHashes, body_hashes
from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import Result
from gatepost.auth.dkim.verify import forms_wanted, verify
from gatepost.model.message import Message
from gatepost.model.samples import Octets
from gatepost.syntax.header import read_header
from tests.auth.zone import Zone

T = TypeVar("T")
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
ZONE = Zone({"brisbane._domainkey.football.example.com": {"TXT": [KEY]}, "s._domainkey.example.org": {"TIMEOUT": True}})
NOW = 1528637999.0
# RFC 8463 appendix A
SIGNATURE = (
    b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    b" d=football.example.com; i=@football.example.com;\r\n"
    b" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    b" subject : date : message-id : from : subject : date;\r\n"
    b" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    b" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    b" Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
)
MESSAGE = (
    b"From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\n"
    b"Subject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    b"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"
    b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
)
SET = (
    b"ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=example.org; s=s; b=YWJj\r\n"
    b"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s; t=1; h=from;\r\n"
    b" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=YWJj\r\n"
    b"ARC-Authentication-Results: i=1; example.org; spf=pass\r\n"
)

SEEDS = (
    SIGNATURE + MESSAGE,
    SET + SIGNATURE + MESSAGE,
    SET.replace(b"i=1", b"i=2").replace(b"none", b"pass") + SET + MESSAGE,
    SIGNATURE.replace(b"relaxed/relaxed", b"simple; l=5") + b"..A: b\r\nFrom: c\r\n\r\n.. \r\n \t \r\n...\r\n\r\n",
    b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from; bh=YWJj; b=YWJj\r\nFrom: a\r\n\r\n  \r\n",
)
PIECES = (
    b"\r\n", b"\r\n ", b"\r\n..", b"\r\n\r\n", b" ", b"\t", b"  ", b".", b";", b"=", b":", b"b=", b"bh=", b"h=from",
    b"l=", b"x=", b"t=", b"i=2", b"i=@", b"c=simple", b"relaxed", b"cv=fail", b"DKIM-Signature:", b"ARC-Seal:",
    b"dkim-signature", b"From: x\r\n", b"\x00", b"\xe9",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    octets = data.replace(b"\r", b"").replace(b"\n", b"\r\n")  # content has no other line ends
    header, size, malformed = read_header(octets)
    message = Message(size=len(octets), header=header, header_octets=size, content=Octets(octets), malformed=malformed)
    check_results(message)
    check_chain(message)
    check_body(octets[size + 2 :])


def check_results(message: Message) -> None:
    results = answer(verify(ZONE, message, NOW, is_public_suffix=lambda domain: "." not in domain))
    assert len(results) == len(message.fields("DKIM-Signature"))
    for result in results:
        assert result.result is not Result.PASS or (result.domain, result.key_bits) == ("football.example.com", 256)
        assert result.domain.isascii() and result.domain.isprintable()
    hashes = body_hashes(message, forms_wanted(message.header))
    before = answer(verify(ZONE, message, NOW, is_public_suffix=lambda domain: "." not in domain, hashes=hashes))
    assert before == results


def check_chain(message: Message) -> None:
    chain = answer(validate(ZONE, message, NOW))
    has_fields = any(field.name.lower().startswith("arc-") for field in message.header)
    assert chain.result is not ArcResult.PASS  # nobody has its key
    assert has_fields or chain.result is ArcResult.NONE


def check_body(kept: bytes) -> None:
    """Against the forms done line by line."""
    lines = [line.removeprefix(b".") for line in kept.split(b"\r\n")]
    relaxed = [re.sub(rb"[ \t]+", b" ", line).removesuffix(b" ") for line in lines]
    hashes = BodyHashes(list(Form))
    for at in range(0, len(kept), 5):
        hashes.feed(kept[at : at + 5])
    for form, of_form, empty in ((Form.SIMPLE, lines, b"\r\n"), (Form.RELAXED, relaxed, b"")):
        while of_form and not of_form[-1]:
            of_form.pop()
        canonical = b"".join(line + b"\r\n" for line in of_form) or empty
        assert hashes.digest(form).digest == hashlib.sha256(canonical).digest()
        assert hashes.digest(form).octets == len(canonical)


def answer(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        coroutine.send(None)
    except StopIteration as end:
        found: T = end.value
        return found
    raise AssertionError("it waited")
