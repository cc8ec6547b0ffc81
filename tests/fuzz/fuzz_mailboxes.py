"""Values of From and Reply-To, and all that is made of them: display names, and what they claim."""

import unicodedata

from gatepost.auth.impersonation import Person, ProtectedPeople, claimed, foreign_address
from gatepost.syntax.address import address
from gatepost.syntax.mailboxes import MAILBOXES_LIMIT, read_mailboxes

PEOPLE = ProtectedPeople([Person("Anna Smith"), Person("Contoso")])

SEEDS = (
    b"John Doe <john@example.com>",
    b'"Doe, John (x)" <john@example.com>, =?utf-8?q?J=C3=B6rg?= <j@example.net> (comment)',
    b"Us: a@example.com, <@a.example,@b.example:b@example.org>;, c@[192.0.2.1]",
    b"Doe, John <j@x>",
    b"admin@victim.example <x@attacker.example>",
    b"=?utf-8?b?YWRtaW5AdmljdGltLmV4YW1wbGUA?= =?iso-2022-jp?B?GyRCRnxLXBsoQg==?= <x@attacker.example>",
    "Anna Smith <änna@bücher.example>, \u202eContoso\u200b <a@b>".encode(),
    b'<a . b @ c (d) . e>, "a\\"b"@c, =?x?q?y?=@z, \xff <a@b>',
)
PIECES = (
    b"<", b">", b"@", b",", b":", b";", b"(", b")", b'"', b"\\", b"[", b"]", b".", b" ", b"=?utf-8?q?", b"?=",
    b"=?gb2312?B?", b"=40", b"w7Y=", b"\x00", b"\xff", "\u202e".encode(), "é".encode(), b"a@b.example", b"Anna Smith",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    found = read_mailboxes(data)
    assert len(found.mailboxes) <= MAILBOXES_LIMIT and len(set(found.defects)) == len(found.defects)
    assert found.mailboxes or found.is_malformed or found.is_ambiguous
    for mailbox in found.mailboxes:
        assert address(str(mailbox.address)) == mailbox.address
        assert not [c for c in mailbox.name if unicodedata.category(c) in ("Cc", "Zl", "Zp")]
        claimed(mailbox.name, PEOPLE)
        foreign_address(mailbox)
    one = found.the_one
    if one is not None:
        assert b"\x00" not in data and found.mailboxes == (one,)
        assert not data.isascii() or str(one.address).lower().encode() in data.lower()
