"""What the demo's messages hold: attachments, words, and how each should end."""

import base64
import io
import zipfile

from gatepost.cli.demo_mail import HEADER, Scenario, mail
from gatepost.model.spam import GTUBE

HOLDS = "What messages hold"
PROGRAM = b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0L\x01\x01\0" + bytes(700)
"""Does nothing: the beginnings of a program for Windows, and then nothing."""
TEST_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""By agreement of all who find viruses (eicar.org); in two, so that this file is none."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
TEXT = "Content-Type: text/plain\r\n\r\nSee the attachment.\r\n"
LOCKED = 0x01  # flag of a member that needs a password (APPNOTE.TXT §4.4.4)


def zipped(name: str, octets: bytes, *, locked: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, octets)
    found = bytearray(made.getvalue())
    if locked:
        found[6] |= LOCKED
        found[found.index(b"PK\x01\x02") + 8] |= LOCKED
    return bytes(found)


def file(name: str, octets: bytes) -> str:
    encoded = base64.encodebytes(octets).decode("ascii").replace("\n", "\r\n")
    said = f'Content-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
    return f"Content-Type: application/octet-stream\r\n{said}\r\n{encoded}"


def parts(boundary: str, *of: str) -> str:
    return "".join(f"--{boundary}\r\n{part}" for part in of) + f"--{boundary}--"


def letter(*of: str) -> str:
    return f"{HEADER}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts('b', *of)}"


TWO_WAYS = (
    f"{HEADER}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b; boundary=c\r\n\r\n"
    f"{parts('b', TEXT)}\r\n{parts('c', TEXT, file('order.exe', PROGRAM))}"
)

ATTACHMENTS = (
    Scenario(
        group=HOLDS, title="a PDF", play=mail(letter(TEXT, file("order.pdf", PDF))), answer="250 2.0.0",
        why="no rule", taken=1,
    ),
    Scenario(
        group=HOLDS, title="a program by the name of order.pdf.exe",
        play=mail(letter(TEXT, file("order.pdf.exe", PROGRAM))), answer="554 5.7.1", why="attachments-refused",
    ),
    Scenario(
        group=HOLDS, title="the EICAR test virus in an archive in an archive",
        play=mail(letter(TEXT, file("orders.zip", zipped("a.zip", zipped("a.txt", TEST_VIRUS))))),
        answer="554 5.7.1", why="malware-rule",
    ),
    Scenario(
        group=HOLDS, title="two boundaries: some programs see an attachment", play=mail(TWO_WAYS),
        answer="554 5.6.0", why="mime-conflicting",
    ),
    Scenario(
        group=HOLDS, title="an archive that needs a password: held",
        play=mail(letter(TEXT, file("orders.zip", zipped("order.txt", b"Two.", locked=True)))), answer="250 2.0.0",
        why="attachments-held",
    ),
    Scenario(
        group=HOLDS, title="the test message of spam filters, GTUBE", play=mail(f"{HEADER}\r\n{GTUBE}"),
        answer="554 5.7.1", why="spam-refused",
    ),
)  # fmt: skip
"""In the order in which they are played."""
