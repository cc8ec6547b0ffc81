"""What does a text with encoded words say (RFC 2047; RFC 2231 §5 for a language in it)?

Read as leniently as mail programs read: words may touch, stand in quotes or hold blanks, and one character may be cut
across two of them. A word in a character set that is not listed here, or whose base64 is none, stays as it is: the
list is closed, so that no name from a message ever chooses the code that is run. Never longer than the text.
"""

import binascii
import re

# Possessive, and the text of a word holds no "?": whatever fails is not looked at again.
WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([BbQq])\?([^?]*+)\?=", re.ASCII)

CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",  # where it is not true, it is UTF-8 more often than anything else
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",  # as everybody reads it
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "iso-2022-jp": "iso2022_jp",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "ks-c-5601-1987": "cp949",
    "iso-2022-kr": "iso2022_kr",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "macintosh": "mac_roman",
    **{f"iso-8859-{part}": f"iso8859_{part}" for part in range(2, 17) if part != 12},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"cp{page}": f"cp{page}" for page in range(1250, 1259)},
}
"""Python's codec by name, lower-case and with hyphens."""


def decoded(text: str) -> tuple[str, bool]:
    """The text with its encoded words read, and whether one of them could not be."""
    if "=?" not in text:
        return text, False
    said: list[str] = []
    run: list[bytes] = []  # octets of neighbouring words in one character set
    codec = ""
    unread = False
    end = 0
    for match in WORD.finditer(text):
        following, octets = word(match)
        if not following:
            unread = True
            continue
        between = text[end : match.start()]
        touches = bool(codec) and not between.strip(" \t")
        if not (touches and following == codec):
            said.append(b"".join(run).decode(codec or "utf-8", "replace"))
            run = []
        if not touches:
            said.append(between)
        run.append(octets)
        codec, end = following, match.end()
    said.append(b"".join(run).decode(codec or "utf-8", "replace"))
    said.append(text[end:])
    return "".join(said), unread


def word(match: re.Match[str]) -> tuple[str, bytes]:
    """Codec and octets of one word; codec "" if it cannot be read."""
    charset, encoding, text = match.groups()
    codec = CODECS.get(charset.lower().replace("_", "-"), "")
    octets = text.encode("utf-8", "surrogateescape")
    if encoding in "Qq":
        return codec, binascii.a2b_qp(octets, header=True)
    try:
        return codec, binascii.a2b_base64(octets + b"==")
    except binascii.Error:
        return "", b""
