"""Which objects are in a PowerPoint 97 presentation (MS-PPT): VBA projects, embedded documents?"""

from collections.abc import Iterator

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.inflating import inflated

CONTAINER, OBJECT, COMPRESSED = 0xF, 0x1011, 1
HEADER = 8  # octets: version and instance, type, length


def objects(document: bytes, budget: Budget) -> Iterator[bytes]:
    """OLE storages, unpacked. Containers are walked into by reading on behind their headers."""
    at = 0
    while at + HEADER <= len(document):
        version = int.from_bytes(document[at : at + 2], "little")
        kind = int.from_bytes(document[at + 2 : at + 4], "little")
        length = int.from_bytes(document[at + 4 : at + 8], "little")
        at += HEADER
        if version & 0xF == CONTAINER:
            continue
        if kind == OBJECT:
            budget.member()
            content = document[at : at + length]
            if version >> 4 == COMPRESSED:
                content = inflated(content[4:], budget)
            yield content
        at += length
