"""Authentication-Results: fields of strangers read, and their texts written into a field of ours."""

import re

from gatepost.auth.results import MethodResult, Property, field
from gatepost.auth.results_reader import claims, read_results
from gatepost.syntax.bad_syntax import BadSyntax

OURS = "mx.example.com"

SEEDS = (
    b'mx.example.com; spf=pass smtp.mailfrom=a@b.example; dkim=fail reason="no key" header.d=b.example',
    b'(c(d)) "mx\\.example.com" 1 (e); dmarc / 1 = (f) pass header . from = "a b"@c.example; none',
    b"mx.example.com; none",
    b"(mx.example.com;) other.example; x=y",
    "mx.bücher.example; spf=pass".encode(),
)
PIECES = (
    b"mx.example.com", b";", b"(", b")", b'"', b"\\", b" ", b"=", b"/", b".", b"spf=pass", b"reason=", b"none", b"@",
    b"smtp.mailfrom=", b"\x00", b"\r\n ", b"\xff", "é".encode(), b"1",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    claims(data, OURS)
    try:
        found = read_results(data)
    except BadSyntax as refused:
        assert refused.reason.isascii()
    else:
        assert found.authserv_id and all(result.method for result in found.results)
        if re.fullmatch(r"[\w.-]+", found.authserv_id, re.ASCII):
            assert claims(data, found.authserv_id)
    check_written(data.decode("utf-8", "replace"))


def check_written(text: str) -> None:
    result = MethodResult("spf", "fail", text, (Property("smtp", "mailfrom", f"x{text}"),), text)
    for utf8 in (False, True):
        octets = field(OURS, [result, MethodResult("dmarc", "fail")], utf8=utf8)
        assert octets.isascii() or utf8
        value = octets.removeprefix(b"Authentication-Results:").replace(b"\r\n\t", b" ").removesuffix(b"\r\n")
        assert b"\r" not in value and b"\n" not in value and b"\x00" not in value
        said = read_results(value)
        assert (said.authserv_id, [r.method for r in said.results]) == (OURS, ["spf", "dmarc"])
        assert len(said.results[0].properties) == 1 and claims(value, OURS)
