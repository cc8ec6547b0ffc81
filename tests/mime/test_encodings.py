"""What a Content-Transfer-Encoding can mean."""

import pytest

from gatepost.mime.encodings import encodings


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (b" base64\r\n", "base64"),
        (b" BASE64", "base64"),
        (b' "base64"', "base64"),
        (b" 7bit (x)", "7bit"),
        (b" base64;", "base64"),
        (b" 8-bit", ""),
        (b" utf-8", ""),
        (b" uuencode", "x-uuencode"),
        (b" base645", "base645"),
        (b"", ""),
    ],
)
def test_the_plain_reading_comes_first(raw, plain):
    assert next(encodings(raw)) == ("", plain)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b" base64, quoted-printable", {"base64", "quoted-printable", ""}),
        (b" base64 (x)", {"base64", ""}),
        (b" x-base-64-y", {"x-base-64-y", "base64"}),
        (b" quotedprintable", {"quotedprintable", "quoted-printable"}),
        (b" bas\r\n e64", {"bas", "base64"}),
        (b" 7bit", {"7bit"}),
        (b" 7bit base64", {"7bit", "base64"}),
    ],
)
def test_all_readings_are_there(raw, found):
    assert found <= {encoding for _, encoding in encodings(raw)}


def test_an_unknown_one_is_bounded():
    assert len(next(encodings(b"a" * 5000))[1]) == 100
