"""What text are these octets in that character set (RFC 2045 §5.1.2)?

The list is closed: no name from a message ever chooses the code that is run (`zip`, `idna`, `unicode_escape`, a path).
"""

import binascii
import re

from gatepost.syntax.encoded_words import CODECS, WORD, decoded

OTHERS = {
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "utf-32": "utf-32",
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
    "utf-7": "utf-7",  # some programs still read it
    "utf7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "ms-kanji": "cp932",
    "csshiftjis": "cp932",
    "x-euc-jp": "euc_jp",
    "eucjp": "euc_jp",
    "iso-2022-jp-1": "iso2022_jp_1",
    "iso-2022-jp-2": "iso2022_jp_2",
    "cp50220": "iso2022_jp",
    "euckr": "cp949",
    "ksc5601": "cp949",
    "ks-c-5601": "cp949",
    "uhc": "cp949",
    "cp949": "cp949",
    "windows-949": "cp949",
    "gb-2312": "gb18030",
    "gb2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "windows-936": "gb18030",
    "euc-cn": "gb18030",
    "cp950": "cp950",
    "windows-950": "cp950",
    "x-big5": "big5hkscs",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "koi8-ru": "koi8_u",
    "cp437": "cp437",
    "ibm437": "cp437",
    "cp850": "cp850",
    "ibm850": "cp850",
    "cp852": "cp852",
    "ibm852": "cp852",
    "cp866": "cp866",
    "ibm866": "cp866",
    "x-mac-roman": "mac_roman",
    "mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "viscii": "cp1258",
    **{f"iso8859-{part}": f"iso8859_{part}" for part in range(2, 17) if part != 12},
}
UTF_8 = frozenset(("utf-8", "utf8", "unicode-1-1-utf-8"))
SIXTEEN = frozenset(("utf-16", "utf-32"))
SAMPLE = 1000  # octets that tell which octet of a pair comes first


def text_of(octets: bytes, charset: str) -> str:
    """Never raises; holds no lone surrogates.

    Args:
        charset: as named, any case; "" or unknown is read as UTF-8, and as Windows has Western text where that fails.
    """
    codec = codec_of(charset)
    if codec in SIXTEEN:
        codec = with_order(octets, codec)
    if codec == "utf-8" and charset.lower() not in UTF_8:
        return guessed(octets)
    try:
        text = octets.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return octets.decode("latin-1")
    if codec == "utf-7":
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def codec_of(charset: str) -> str:
    """Python's name of what reads it; that of UTF-8 where it is not in the list."""
    named = charset.strip().strip("\"'").lower().replace("_", "-")
    return CODECS.get(named) or OTHERS.get(named, "utf-8")


def guessed(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def with_order(octets: bytes, codec: str) -> str:
    """Of a text without a mark of its own: where the octets 0 stand, as most text has some."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return codec
    start = octets[:SAMPLE]
    return f"{codec}-be" if start[0::2].count(0) > start[1::2].count(0) else f"{codec}-le"


def words_of(text: str) -> str:
    """The text with its encoded words read, also those that a careful reader leaves as they are (RFC 2047 §6.3)."""
    said, unread = decoded(text)
    return WORD.sub(word_of, said) if unread else said


def word_of(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    octets = text.encode("utf-8", "surrogateescape")
    if encoding in "Qq":
        return text_of(binascii.a2b_qp(octets, header=True), charset)
    pure = re.sub(rb"[^A-Za-z0-9+/]", b"", octets)
    return text_of(binascii.a2b_base64(pure[: len(pure) - (len(pure) % 4 == 1)] + b"=="), charset)
