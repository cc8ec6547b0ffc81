"""Encoded words in texts, and what is shown of them."""

import unicodedata

from gatepost.syntax.display_text import SHOWN_LIMIT, shown
from gatepost.syntax.encoded_words import decoded

SEEDS = (
    b"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <a@b>",
    b"=?utf-8?q?=C3?= =?utf-8?q?=B6?==?utf-8*en?B?w7Y=?= b",
    b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?gb2312?B?1tC5+g==?= =?Shift_JIS?B?k/qWew==?=",
    b"=?x-none?q?a?= =?utf-8?b?a?= =?hz-gb-2312?q?=7E=7BVPND=7E=7D?= =?iso-2022-kr?q?=1B=24=29C=0E=21?=",
    "=?utf-8?q?é\u202e?= \u200b\u2028".encode(),
)
PIECES = (
    b"=?", b"?=", b"?q?", b"?B?", b"utf-8", b"iso-2022-jp", b"gb18030", b"koi8-r", b"=1B=24B", b"=", b"==", b"_", b" ",
    b"w7Y=", b"\t", b"\x00", b"\xff", "é".encode(), b"*en",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    said, unread = decoded(text)
    assert len(said) <= len(text) and (said == text or "=?" in text)
    assert not unread or "=?" in said
    seen, hidden = shown(said)
    assert len(seen) <= SHOWN_LIMIT and shown(seen) == (seen, ())
    assert len(set(hidden)) == len(hidden)
    assert not [c for c in seen if unicodedata.category(c) in ("Cc", "Zl", "Zp")]
