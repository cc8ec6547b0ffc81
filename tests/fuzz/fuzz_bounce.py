"""Signed senders and what bounces quote: none but our own signature is believed, and what is found is bounded."""

from gatepost.auth.batv import BadKeys, BounceKeys, fits, read_keys, signed, unsigned
from gatepost.auth.quoted import MOST, is_receipt, quoted_ids
from gatepost.model.message import Message
from gatepost.model.samples import Octets
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.header import HEADER_LIMIT, read_header
from gatepost.syntax.path import forward_path

KEYS = BounceKeys(((0, b"correct horse battery staple"), (7, b"another long secret")))
DAY = 19_723
SEEDS = (
    b"<prvs=0730b04f52=bob@example.com>",
    b"0 correct horse battery staple\n# old\n7 another long secret\n",
    b"Content-Type: multipart/report; report-type=disposition-notification\r\nIn-Reply-To: <1@a>\r\n\r\n"
    b"Original-Message-ID:\r\n <7@example.com>\r\n> Message-ID: <8@example.com>\r\n",
)
PIECES = (
    b"prvs=", b"=", b"0730", b"b04f52", b"@example.com", b"<", b">", b"Message-ID:", b"In-Reply-To:", b"\r\n", b" ",
    b"\n", b"#", b"7 ", b"\x00", b"\xff", b"\xc3\xbc", b'"',
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    check_keys(data)
    check_address(data)
    check_quoted(data)


def check_keys(data: bytes) -> None:
    try:
        keys = read_keys(data.decode("utf-8", "replace"))
    except BadKeys as error:
        assert "horse" not in str(error)
        return
    assert 0 < len(keys) <= 10 and all(len(secret) >= 16 for _, secret in keys)


def check_address(data: bytes) -> None:
    try:
        address, _ = forward_path(data.decode("utf-8", "surrogateescape"))
    except BadSyntax:
        return
    plain = unsigned(address, KEYS, DAY)
    assert plain is None or (plain.domain == address.domain and address.local.endswith(plain.local))
    tagged = signed(address, KEYS, DAY)
    assert tagged == address or (fits(address) and unsigned(tagged, KEYS, DAY) == address)


def check_quoted(data: bytes) -> None:
    header, octets, malformed = read_header(data[: HEADER_LIMIT + 4])
    whole = Message(size=len(data), header=header, header_octets=octets, content=Octets(data), malformed=malformed)
    found = quoted_ids(whole)
    assert len(found) <= MOST and all(0 < len(each) <= 250 and not each.isspace() for each in found)
    is_receipt(whole)
