"""Names, types and boundaries of a header, in all readings."""

from gatepost.mime.claim_readings import ClaimReader
from gatepost.mime.claims import regular_claim
from gatepost.mime.header_block import ANY_NEXT_FIELD, CRLF, fields_of, plain_block
from gatepost.mime.names import LENGTH, NAMES_LIMIT

MOST, PARAMETERS = 8, 20

SEEDS = (
    b"Content-Type: text/plain; name=\"a.txt\"\r\nContent-Disposition: attachment; filename*=utf-8'en'a%2eexe\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-16le''a%00; filename*1=\"b\"; filename*1=c; filename=d\r\n",
    b'Content-Type: application/x; name="=?utf-8?q?a=2E?=\r\n =?cp437?b?ZXhl?="; charset=utf-7\r\n',
    b'Content-Type: multipart/mixed (x; boundary=b\r\nContent-Type : text/html, text/plain; boundary="c\\"d\r\n',
    b"Content-Description: a.exe\r\nContent-Type: application/any\r\n: attachment; filename=a%41\x00.exe\r\n",
)
PIECES = (
    b"Content-Type:", b"Content-Disposition: ", b"Content-Description: ", b"attachment", b"; filename", b"name", b"*",
    b"*0", b"*1*", b"=", b'"', b";", b"utf-8''", b"utf-16'x'", b"%2e", b"%", b"=?utf-8?q?", b"=?utf-7?b?", b"?=",
    b".exe", b"\\", b"\x00", b"\r\n", b"\r\n ", b"(", b")", b"boundary=", b"multipart/mixed", b"\xe4",
    "\u202e".encode(), b",",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    fields, _ = fields_of(data, ANY_NEXT_FIELD)
    reader = ClaimReader("text/plain", PARAMETERS, MOST, lambda boundary: len(boundary) % 2 == 0)
    claims = reader.claims(fields)
    assert claims[0][0] == "" and len(claims) <= MOST
    for _, claim in claims:
        assert len(claim.names) <= NAMES_LIMIT and len(set(claim.names)) == len(claim.names)
        for name in claim.names:
            assert 0 < len(name) <= LENGTH and name.encode()
    block = plain_block(data, 0, len(data), len(data), CRLF)
    if block.regular and (short := regular_claim(block.fields, "text/plain")):
        plain = ClaimReader("text/plain", PARAMETERS, MOST, lambda boundary: False).claims(block.fields)[0][1]
        assert (short.media_type, short.boundary, short.encoding) == (plain.media_type, plain.boundary, plain.encoding)
        assert set(short.names) <= set(plain.names)
