"""RTF and what is in its objects."""

from time import process_time

from gatepost.adapters.inspection.budget import Allowance, Budget
from gatepost.adapters.inspection.documents.rtf import open_rtf
from gatepost.adapters.inspection.opened import Hints

SEEDS = (
    b"{\\rtf1{\\object\\objupdate{\\*\\objdata 01050000020000000200000050000000000000000000040000004d5a0000}}}",
    b'{\\rtf1{\\field{\\*\\fldinst{HYPERLINK "http://example.com"}}{\\fldrslt x}}{\\*\\template http://a.example/x}}',
    b"{\\rt{\\*\\objdata \\bin4 abcd 0105{\\*\\x}\\'41 0}{\\*\\objdata d0cf11e0a1b11ae1}",
)
PIECES = (
    b"{",
    b"}",
    b"\\",
    b"\\*",
    b"\\objdata ",
    b"0105000002000000",
    b"00000000",
    b"\\bin",
    b"9",
    b"\\'",
    b"4d5a",
    b"\\fldinst ",
    b"DDEAUTO cmd",
    b"\\u-1 ?",
    b"\\template ",
    b"\\\\\\\\a\\\\",
    b"ffffffff",
    b"0200",
)


def TestOneInput(data: bytes) -> None:
    for _ in open_rtf(data, Hints(), Budget(Allowance(), process_time)):
        pass
