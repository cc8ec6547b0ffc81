"""uuencode, yEnc, BinHex, AppleSingle, mailboxes, CMS and OpenPGP."""

import contextlib

from gatepost.mime import applefile, binhex, cms, mbox, openpgp, uuencode, yenc
from tests.mime import writers

LIMIT = 100_000
SEEDS = (
    b"Hello\n" + writers.uu(b"a.exe", b"MZ" * 60) + writers.uu_base64(b"b.exe", b"MZ"),
    b"Hello\r\n" + writers.yenc(b"a.exe", bytes(range(256))) + writers.yenc(b"b", b"x", "part=1 total=2 "),
    writers.binhex(b"a.exe", b"MZ" * 60 + bytes(400), b"\x90" * 5),
    applefile.SINGLE + b"\0\2\0\0" + bytes(16) + b"\0\1\0\0\0\1\0\0\0\x26\0\0\0\2MZ",
    b"From a@b\na: b\n\nc\n\nFrom a@b\n\nd\n",
    writers.der(
        0x30,
        writers.der(0x06, cms.PKCS7 + b"\2"),
        writers.ber(
            0xA0,
            writers.ber(
                0x30,
                writers.der(0x02, b"\1"),
                writers.der(0x31),
                writers.ber(
                    0x30,
                    writers.der(0x06, cms.DATA),
                    writers.ber(0xA0, writers.ber(0x24, writers.der(4, b"a"), writers.der(4, b"b"))),
                ),
            ),
        ),
    ),
    b"-----BEGIN PGP MESSAGE-----\nVersion: 1\n\nywhiAWEAAAAAYg==\n=abcd\n-----END PGP MESSAGE-----\n",
    writers.literal(b"a", b"b") + b"\xcb\xe1ab\x01c",
)
PIECES = (
    b"begin 644 a\n", b"begin-base64 644 a\n", b"end\n", b"====\n", b"`\n", b"=ybegin line=1 size=1 name=a\r\n",
    b"=ypart begin=1\r\n", b"=yend size=1\r\n", b"=", b"(This file must be converted with BinHex 4.0)", b":",
    b"From a@b\n", b"\n\n", b"\x30\x80", b"\xa0\x80", b"\x24\x80", b"\0\0", b"-----BEGIN PGP MESSAGE-----\n",
    b"-----END PGP MESSAGE-----\n", b"\xcb", b"\xe1",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    for file in uuencode.files(data):
        assert uuencode.holds_uuencode(data) and len(file.octets) <= 30 * len(data)
    for file in yenc.files(data):
        assert yenc.holds_yenc(data) and len(file.octets) <= len(data)
    try:
        for forks in binhex.files(data, LIMIT):
            assert len(forks.data.octets) + len(forks.resource) <= LIMIT
    except binhex.BadBinHex:
        pass
    with contextlib.suppress(applefile.BadAppleFile):
        assert sum(len(entry.octets) for entry in applefile.entries(data)) <= 2 * len(data)
    assert sum(map(len, mbox.messages(data))) <= len(data)
    with contextlib.suppress(cms.BadCms):
        assert len(cms.cms(data).content) <= len(data)
    openpgp_holds(data)


def openpgp_holds(data: bytes) -> None:
    for octets in (data, *(block.octets for block in openpgp.armoured(data))):
        assert len(octets) <= len(data)
        try:
            for packet in openpgp.packets(octets):
                if packet.tag == openpgp.LITERAL:
                    assert len(openpgp.literal(packet).octets) <= len(data)
        except openpgp.BadOpenPgp:
            pass
