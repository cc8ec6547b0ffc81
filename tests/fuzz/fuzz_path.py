"""Addresses from octets that a client sends: paths, domains, host names."""

from gatepost.model.address import Address
from gatepost.syntax import path
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.helo import helo_name
from gatepost.syntax.local_part import local_part, unquoted

SEEDS = (
    b"<john@example.com> SIZE=10",
    b"<>",
    b"<Postmaster>",
    b'<"a\\"b>@c"@example.com> BODY=8BITMIME',
    "<jörg@bücher.example> SMTPUTF8".encode(),
    b"<a@[192.0.2.1]>",
    b"<a@[IPv6:2001:db8::1]>",
    b"<@a.example,@b.example:c@d.example>",
    "<用户@例子。测试>".encode(),
    b"<=?utf-8?q?=41?=@xn--bcher-kva.example>",
)
PIECES = (
    b"<", b">", b"@", b".", b'"', b"\\", b"[", b"]", b"IPv6:", b"::", b"xn--", b"(", b")", b",", b":", b" ", b"\r\n",
    b"\x00", "é".encode(), "。".encode(), "\u202e".encode(), "\u00ad".encode(), "ß".encode(), "\u200d".encode(),
    b"\xff", b"a" * 63,
)  # fmt: skip
HARMLESS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:[]")


def TestOneInput(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    for read in (path.reverse_path, path.forward_path):
        try:
            mailbox, rest = read(text)
        except BadSyntax as refused:
            check_reason(refused)
            continue
        assert text.endswith(rest) and rest[:1] in ("", " ")
        if mailbox is not None:
            check_mailbox(mailbox)
            assert read(f"<{mailbox}>{rest}") == (mailbox, rest)
            assert path.common(text) in (None, (mailbox, rest))
    for check in (check_domain, check_helo, check_local_part):
        try:
            check(text)
        except BadSyntax as refused:
            check_reason(refused)


def check_reason(refused: BadSyntax) -> None:
    assert refused.reason.isascii() and refused.reason.isprintable() and len(refused.reason) < 80


def check_mailbox(mailbox: Address) -> None:
    assert len(mailbox.local.encode()) <= 64 and len(str(mailbox).encode()) <= 254
    assert mailbox.local.isprintable() or not mailbox.local.isascii()
    if mailbox.domain:
        assert address(str(mailbox)) == mailbox
        check_domain(mailbox.domain)
    else:
        assert mailbox.local.lower() == "postmaster"


def check_domain(text: str) -> None:
    name = domain(text)
    assert domain(name) == name and set(name) <= HARMLESS and len(name) <= 255
    assert name.startswith("[") or (name == name.lower() and ".." not in name and name[-1] != ".")


def check_helo(text: str) -> None:
    assert set(helo_name(text)) <= HARMLESS


def check_local_part(text: str) -> None:
    local = local_part(text)
    assert local == text
    meant = unquoted(local)
    escaped = meant.replace("\\", "\\\\").replace('"', '\\"')
    assert unquoted(f'"{escaped}"') == meant
