"""Which dangers are in a Word 97 document (MS-DOC): DDE fields, a template from elsewhere?"""

import re
from collections.abc import Iterator

from gatepost.adapters.inspection.documents.addresses import host_of, printable
from gatepost.adapters.inspection.documents.packages import remote
from gatepost.model.inspection import Trait
from gatepost.model.traits import DDE

FLAGS, TABLE_ONE, ENCRYPTED = 11, 0x02, 0x01  # the octet of FibBase with these bits (§2.5.2)
ASSOCIATED = 0x19A  # where FibRgFcLcb97 says where the strings of SttbfAssoc are (§2.5.6)
TEMPLATE = 1  # of these strings
FIELD = re.compile(rb"\x13[ \t\r\n\x01-\x08]*(DDE(?:AUTO)?)\b([^\x13-\x15]{0,200})", re.IGNORECASE)
WIDE_FIELD = re.compile(
    rb"\x13\x00(?:[ \t\r\n]\x00)*(D\x00D\x00E\x00(?:A\x00U\x00T\x00O\x00)?)((?:[^\x13-\x15]\x00){0,200})", re.IGNORECASE
)


def is_encrypted(document: bytes) -> bool:
    return len(document) > FLAGS and bool(document[FLAGS] & ENCRYPTED)


def table_name(document: bytes) -> str:
    return "1table" if len(document) > FLAGS and document[FLAGS] & TABLE_ONE else "0table"


def fields(document: bytes) -> Iterator[Trait]:
    plain, wide = FIELD.search(document), WIDE_FIELD.search(document)
    if plain:
        yield Trait(DDE, printable((plain[1] + plain[2]).decode("latin-1")))
    elif wide:
        yield Trait(DDE, printable((wide[1] + wide[2]).decode("utf-16-le", "replace")))


def template(document: bytes, table: bytes) -> Iterator[Trait]:
    at, length = (int.from_bytes(document[ASSOCIATED + n : ASSOCIATED + n + 4], "little") for n in (0, 4))
    strings = table[at : at + length]
    if strings[:2] != b"\xff\xff":
        return
    position = 6
    for number in range(TEMPLATE + 1):
        octets = 2 * int.from_bytes(strings[position : position + 2], "little")
        text = strings[position + 2 : position + 2 + octets].decode("utf-16-le", "replace")
        if number == TEMPLATE and host_of(text):
            yield remote(text, "template")
        position += 2 + octets
