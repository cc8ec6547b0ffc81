"""Messages in all their readings, and what their parts decode to."""

from gatepost.mime.decode import decodings
from gatepost.mime.part import Limits, View
from gatepost.mime.reader import read, read_inside

LIMITS = Limits(header=2000, parts=40, depth=5, parameters=20, readings=6)  # low, so that they are met
NAMES = {"header", "parts", "depth", "parameters", "readings"}

SEEDS = (
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=41=\r\nb\r\n",
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n'
    b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nwords\r\n--c--\r\n\r\n--b\r\n"
    b"Content-Disposition: attachment; filename=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n",
    b"Content-Type: multipart/mixed; boundary*0=b; boundary*1=c\r\nContent-Type: text/html\r\n\r\n--bc\r\n\r\n--bc--",
    b"Content-Type: multipart/mixed\r\nContent-Transfer-Encoding: base64, 7bit\r\n\r\n--x\r\nContent-Type: a/b\r\n\r\n",
    b"A: b\n\nwords\n--\nsigned\n",
    b"Content-Transfer-Encoding : base64 (x)\r\n\tContent-Type: text/html\r\n \r\nQUJD=QUJD-_\x00\r\n",
)
PIECES = (
    b"Content-Type: ", b"\r\nContent-Transfer-Encoding:", b"Content-Disposition: attachment", b"multipart/mixed",
    b"message/rfc822", b"multipart/digest", b"text/html", b"base64", b"quoted-printable", b"; boundary=",
    b"boundary*0*=", b'"', b"b", b"--b", b"--b--", b" --b", b"--", b"\r\n", b"\r\n\r\n", b"\r", b"\n", b"\r\n ",
    b"\t", b":", b";", b"=", b"(", b")", b"\\", b"\x00", b"=?utf-8?q?", b"?=", b"name=a.exe", b"QUJD", b"=41",
    b"\xff", b",",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    view = read(data, LIMITS)
    check(data, view)
    for part in view.parts:
        found = [decoding.octets for decoding in decodings(data, part)]
        assert found and len(set(found)) == len(found)
        assert all(len(octets) <= part.end - part.start for octets in found)
        if part.media_type.startswith("multipart/") and not part.holds_parts:
            check(found[0], read_inside(found[0], part, LIMITS))


def check(octets: bytes, view: View) -> None:
    assert view.parts and view.parts[0].reading == ""
    assert len(view.parts) <= LIMITS.parts and set(view.over) <= NAMES
    for part in view.parts:
        assert 0 <= part.start <= part.end <= len(octets)
        assert part.media_type == part.media_type.lower() and "\n" not in part.path
        assert part.reading == "" or not part.holds_parts
    plain = [part for part in view.parts if not part.reading and part.holds_parts]
    assert all(part.path.count(".") <= LIMITS.depth for part in plain)
    places = [(ambiguity.code, ambiguity.detail) for ambiguity in view.ambiguities]
    assert len(set(places)) == len(places) <= 2 * LIMITS.readings
