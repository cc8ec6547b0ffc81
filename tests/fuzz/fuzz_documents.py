"""What else reads documents with code of our own: shortcuts, notebooks, pages, sheets, BIFF, Word, slides."""

from time import process_time

from gatepost.adapters.inspection.budget import Allowance, Budget
from gatepost.adapters.inspection.documents import biff, packages, powerpoint, relationships, word_binary, word_fields
from gatepost.adapters.inspection.documents.flat import open_activemime, open_flat
from gatepost.adapters.inspection.documents.html import open_html, open_svg
from gatepost.adapters.inspection.documents.lnk import open_lnk
from gatepost.adapters.inspection.documents.onenote import open_onenote
from gatepost.adapters.inspection.documents.sheets import open_sheet
from gatepost.adapters.inspection.documents.shortcut import open_shortcut
from gatepost.adapters.inspection.opened import Hints

OPENERS = (open_lnk, open_onenote, open_html, open_svg, open_sheet, open_shortcut, open_flat, open_activemime)
SEEDS = (
    b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F\xab\0\0\0" + b"\0" * 52 + b"\5\0\\\0\\\0a\0\\\0b\0",
    bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac0400000000000000") + b"\0" * 12 + b"MZab",
    b"<html><script>new Blob([atob('TVqQAAMAAAAE')])</script><a download href='data:application/zip;base64,UEsDBA'>",
    b"ID;P\r\nO;E\r\nNN;NAuto_open\r\nC;Ecmd|'/c calc'!A0\r\n",
    b"[InternetShortcut]\r\nURL=\\\\a.example\\b\r\n",
    b"\x09\x08\x10\0\0\6\5\0" + b"\0" * 12 + b"\x85\0\6\0\0\0\0\0\2\1" + b"\xae\1\6\0\0\0\1\0\0\3",
    b"<w:instrText>DDEAUTO cmd</w:instrText><Relationship TargetMode='External' Type='a/frame' Target='http://a/'/>",
    b"\2\0a.exe\0b\0\0\0\3\0\2\0\0\0b\0\2\0\0\0MZ",
    b"\x0f\0\xe8\3\x10\0\0\0\x10\0\x11\x10\x08\0\0\0\4\0\0\0x\x9c\3\0",
)
PIECES = (
    b"\0",
    b"\xff\xff\xff\xff",
    b"\1\0\0\0",
    b"<",
    b">",
    b"'",
    b'"',
    b"<script>",
    b"data:",
    b";base64,",
    b"QUFBQUFB" * 20,
    b"<!DOCTYPE x [",
    b"instrText",
    b"DDE ",
    b"\x85\0\6\0",
    b"\xae\1",
    b"\x13",
    b"|",
    b"!",
    b"=",
    b"\\\\a\\",
    b"http://",
    bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac"),
    b"[1,2,",
    b"77,90," * 60,
)


def TestOneInput(data: bytes) -> None:
    budget = Budget(Allowance(), process_time)
    for opener in OPENERS:
        for _ in opener(data, Hints(), budget):
            pass
    for found in (biff.dangers(data, budget), word_binary.fields(data), word_binary.template(data, data)):
        assert all(trait.detail.isprintable() for trait in found)
    for found in (relationships.dangers(data), word_fields.dangers(data), powerpoint.objects(data, budget)):
        list(found)
    packages.from_native(data)
