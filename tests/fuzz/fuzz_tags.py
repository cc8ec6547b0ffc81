"""Tag lists of signatures, key records and policies."""

from gatepost.auth.dkim.key import read_key
from gatepost.auth.dkim.result import BadSignature, Reason
from gatepost.auth.tags import BadTags, read_tags

SEEDS = (
    b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;\r\n\th=from : to;\r\n\tbh=YWJj; b=YWJj",
    b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    b"v=DKIM1; h=sha256; t=y:s; s=email; g=*; n=x; p=",
    b"v=DMARC1; p=reject; rua=mailto:a@example.com,mailto:b@example.com;",
    "d=bücher.example;".encode(),
)
PIECES = (
    b"=", b";", b";;", b" ", b"\t", b"\r\n ", b"\r\n", b"\r", b"\n", b"v=DKIM1", b"p=", b"k=rsa", b"k=ed25519", b"t=y",
    b"h=", b":", b"a_1", b"\xc3\xa9", b"\x00", b"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ", b"AAAA",
)  # fmt: skip


def TestOneInput(data: bytes) -> None:
    check_key(data)
    try:
        tags = read_tags(data)
    except BadTags as error:
        assert error.reason.isprintable() and error.reason.isascii()
        return
    for name, value in tags.items():
        assert name.isidentifier() and name.isascii() and value == value.strip(" \t\r\n") and ";" not in value
    assert read_tags(";".join(f"{name}={value}" for name, value in tags.items()).encode()) == tags


def check_key(data: bytes) -> None:
    try:
        key = read_key(data)
    except BadSignature as error:
        assert error.reason in (Reason.BAD_KEY, Reason.OTHER_ALGORITHM, Reason.LONG_KEY)
        return
    assert (key.public is None) == (key.bits == 0)
