"""Messages to be looked into, and what looks into them."""

import base64
import io
import time
import zipfile

from gatepost.adapters.inspection.budget import Allowance
from gatepost.adapters.inspection.walk import Walk
from gatepost.mime.part import Limits
from gatepost.model.message import Message
from gatepost.model.samples import Octets
from gatepost.syntax.header import HEADER_LIMIT, read_header

# Put together here: no scanner must take this file for the thing.
EICAR = b"".join((b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"))
LETTER = b"From: ann@sender.test\r\nSubject: order\r\n\r\nDear sir, here is the order.\r\n"


def eicar(octets):
    """What a rule would find, without a rule."""
    return ("eicar",) if EICAR in octets else ()


def zipped(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(name.replace("_", "."), content)
    return made.getvalue()


def base64_lines(octets):
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def mail(*attachments, text=b"Dear sir, see what is attached.", subject=b"order"):
    """`attachments`: (name, octets), or octets of a whole part."""
    parts = [b"Content-Type: text/plain\r\n\r\n" + text + b"\r\n"]
    for each in attachments:
        if isinstance(each, bytes):
            parts.append(each)
        else:
            name, octets = each
            head = b'Content-Type: application/octet-stream; name="' + name.encode() + b'"\r\n'
            parts.append(head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64_lines(octets))
    head = b"From: ann@sender.test\r\nSubject: " + subject + b"\r\nMIME-Version: 1.0\r\n"
    head += b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n"
    return head + b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"


def message(octets):
    """As the session hands it over; `octets` are dot-stuffed."""
    header, size, malformed = read_header(octets[: HEADER_LIMIT + 4])
    return Message(size=len(octets), header=header, header_octets=size, content=Octets(octets), malformed=malformed)


def walked(mail_octets, match=eicar, limits=Limits(), openers=None, **allowance):  # noqa: B008 - frozen
    given = {} if openers is None else {"openers": openers}
    return Walk(Allowance(**allowance), limits, match, time.process_time, **given).inspect(mail_octets)


def items(inspection):
    return {item.path: item for item in inspection.items}


def codes(inspection):
    return {trait.code for item in inspection.items for trait in item.traits}


def found(inspection):
    """Paths of what matched."""
    return [item.path for item in inspection.items if item.engines]
