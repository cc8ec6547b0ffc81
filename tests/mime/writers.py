"""Writes what the readers of `gatepost.mime` read: TNEF, uuencode, yEnc, BinHex, CMS, OpenPGP."""

import base64
import binascii
import struct

from gatepost.mime import mapi, tnef

MESSAGE, ATTACHMENT = 1, 2
IMESSAGE = bytes.fromhex("0703020000000000c000000000000046")
BINHEX = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def attribute(level, number, octets, checksum=None):
    checksum = sum(octets) % 65536 if checksum is None else checksum
    return struct.pack("<BII", level, number, len(octets)) + octets + struct.pack("<H", checksum)


def stream(*attributes):
    return tnef.SIGNATURE + b"\1\0" + b"".join(attributes)


def padded(octets):
    return octets + bytes(-len(octets) % 4)


def text_property(number, text):
    octets = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", mapi.UNICODE, number, 1, len(octets)) + padded(octets)


def binary_property(number, octets, kind=mapi.BINARY):
    return struct.pack("<HHII", kind, number, 1, len(octets)) + padded(octets)


def property_list(*written):
    return struct.pack("<I", len(written)) + b"".join(written)


def attached(octets, *, title=b"", long="", more=()):
    """One attachment: its beginning, title, content, and properties."""
    made = [attribute(ATTACHMENT, tnef.BEGIN_ATTACHMENT | 0x60000, bytes(14))]
    if title:
        made.append(attribute(ATTACHMENT, tnef.ATTACH_TITLE | 0x10000, title + b"\0"))
    if octets is not None:
        made.append(attribute(ATTACHMENT, tnef.ATTACH_DATA | 0x60000, octets))
    known = [text_property(mapi.ATTACH_LONG_FILENAME, long)] if long else []
    if known or more:
        made.append(attribute(ATTACHMENT, tnef.ATTACHMENT_PROPERTIES | 0x60000, property_list(*known, *more)))
    return b"".join(made)


def message_properties(*written):
    return attribute(MESSAGE, tnef.MESSAGE_PROPERTIES | 0x60000, property_list(*written))


def packed_rtf(octets):
    """As literals only."""
    made = b"".join(b"\0" + octets[at : at + 8] for at in range(0, len(octets), 8))
    made += b"\1" + struct.pack(">H", (207 + len(octets)) % 4096 << 4) if len(octets) % 8 == 0 else b""
    return struct.pack("<II", len(made) + 12, len(octets)) + b"LZFu" + bytes(4) + made


def uu(name, octets, newline=b"\n"):
    lines = [binascii.b2a_uu(octets[at : at + 45]).rstrip(b"\n") for at in range(0, len(octets), 45)]
    return newline.join([b"begin 644 " + name, *lines, b"`", b"end", b""])


def uu_base64(name, octets):
    return b"begin-base64 644 " + name + b"\n" + base64.encodebytes(octets) + b"====\n"


def yenc(name, octets, part=""):
    made = bytearray()
    for octet in octets:
        shifted = (octet + 42) % 256
        made += bytes([0x3D, (shifted + 64) % 256]) if shifted in b"\0\r\n=." else bytes([shifted])
    lines = [bytes(made)]
    head = b"=ybegin " + part.encode() + b"line=128 size=%d name=" % len(octets) + name
    second = [b"=ypart begin=1 end=%d" % len(octets)] if part else []
    return b"\r\n".join([head, *second, *lines, b"=yend size=%d" % len(octets), b""])


def binhex(name, data, resource=b""):
    head = bytes([len(name)]) + name + b"\0TEXTttxt\0\0" + struct.pack(">II", len(data), len(resource))
    octets = head + b"\0\0" + data + b"\0\0" + resource + b"\0\0"
    octets = runs(octets)
    digits = base64.b64encode(octets).decode().rstrip("=").translate(str.maketrans(BASE64, BINHEX)).encode()
    lines = b"\r\n".join(digits[at : at + 64] for at in range(0, len(digits), 64))
    return b"(This file must be converted with BinHex 4.0)\r\n\r\n:" + lines + b":\r\n"


def runs(octets):
    made = bytearray()
    at = 0
    while at < len(octets):
        octet = octets[at]
        run = 1
        while run < 255 and octets[at + run : at + run + 1] == bytes([octet]):
            run += 1
        one = b"\x90\0" if octet == 0x90 else bytes([octet])
        made += one + bytes([0x90, run]) if run > 2 else one * run
        at += run
    return bytes(made)


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    digits = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(digits)]) + digits + body


def ber(tag, *parts):
    """Of indefinite length."""
    return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"


def packet(tag, body):
    """OpenPGP, new format."""
    return bytes([0xC0 | tag, 255]) + len(body).to_bytes(4, "big") + body


def literal(name, octets):
    return packet(11, b"b" + bytes([len(name)]) + name + bytes(4) + octets)
