"""Which dangers are in the records of an Excel 97 workbook (MS-XLS §2.3): macro sheets, DDE, automatic names?"""

from collections.abc import Iterator

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import host_of, printable
from gatepost.adapters.inspection.documents.packages import remote
from gatepost.model.inspection import Trait
from gatepost.model.traits import AUTO_MACRO, DDE, XLM

BOUND_SHEET, NAME, SUP_BOOK, BOF, EXTERN_SHEET = 0x85, 0x18, 0x1AE, 0x809, 0x17
BOF_MACRO_SHEET = 0x0040
OLDER = b"\x00\x05"  # version of Excel 5 and 95, which keep links in another record
HIDDEN = ("visible", "hidden", "very hidden")
AUTO_OPEN = (1, 2, 10, 11)  # built-in names: Auto_Open, Auto_Close, Auto_Activate, Auto_Deactivate
BUILT_IN = 0x20
RECORDS_BETWEEN_LOOKS = 4096
BOOKS = 100  # records of links that are read


def records(workbook: bytes, budget: Budget) -> Iterator[tuple[int, bytes]]:
    at, count = 0, 0
    while at + 4 <= len(workbook):
        kind, length = (
            int.from_bytes(workbook[at : at + 2], "little"),
            int.from_bytes(workbook[at + 2 : at + 4], "little"),
        )
        yield kind, workbook[at + 4 : at + 4 + length]
        at += 4 + length
        count += 1
        if count % RECORDS_BETWEEN_LOOKS == 0:
            budget.time()


def is_encrypted(workbook: bytes) -> bool:
    """Said by a record right behind the first."""
    after = 4 + int.from_bytes(workbook[2:4], "little")
    return workbook[after : after + 2] == b"\x2f\x00"


def dangers(workbook: bytes, budget: Budget) -> Iterator[Trait]:
    books = sheets = 0
    links = SUP_BOOK
    for kind, record in records(workbook, budget):
        if kind == BOUND_SHEET and record[5:6] == b"\x01":
            sheets += 1
            if sheets <= BOOKS:
                yield Trait(XLM, f"macro sheet, {HIDDEN[min(record[4] & 3, 2)]}")
        elif kind == BOF and int.from_bytes(record[2:4], "little") == BOF_MACRO_SHEET and not sheets:
            sheets += 1
            yield Trait(XLM, "macro sheet, not listed")
        elif kind == NAME and is_automatic(record):
            yield Trait(AUTO_MACRO, "automatic name")
        elif kind == BOF and record[:2] == OLDER:
            links = EXTERN_SHEET
        elif kind == links and books < BOOKS:
            books += 1
            yield from linked(record)


def is_automatic(record: bytes) -> bool:
    if len(record) < 16:
        return False
    if record[0] & BUILT_IN:
        return record[15] in AUTO_OPEN or record[14] in AUTO_OPEN  # the octet of flags in front came with BIFF8
    return b"auto_open" in record[14:40].lower()


def linked(record: bytes) -> Iterator[Trait]:
    """A workbook, document or DDE conversation that cells refer to: `service \\x03 topic` (§2.5.277)."""
    target = record[5:] if record[4:5] in (b"\x00", b"\x01") else record[1:]
    wide = record[4:5] == b"\x01"
    text = target.decode("utf-16-le" if wide else "latin-1", "replace")
    service, mark, topic = text.partition("\x03")
    if mark and "." not in service:
        yield Trait(DDE, printable(f"{service.strip()}|{topic}"))
    elif host := host_of(text.lstrip("\x01\x02\x05")):
        yield remote(f"https://{host}/", "link")
