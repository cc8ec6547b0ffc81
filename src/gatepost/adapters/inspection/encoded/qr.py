"""Where do the QR codes in this picture lead?

Only picture formats that mail programs show and whose decoders are old and watched. What is no code costs a decoded
picture of bounded size and one search in it.
"""

import contextlib
import io
import warnings

import zxingcpp
from PIL import Image
from PIL.ImageFile import ImageFile

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.encoded.url_spans import spans
from gatepost.adapters.inspection.encoded.urls import link
from gatepost.adapters.inspection.opened import Hints, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import UNREADABLE

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
SMALLEST = 40  # pixels each way: the smallest code has 21 modules
PIXELS = 16_000_000  # that are decoded
PHOTO_PIXELS = 50_000_000  # of a JPEG, which can be decoded smaller than it is
SIDE = 1600  # pixels that are searched each way
CODES = 20  # of one picture
TEXT_LIMIT = 2048  # characters of one code
KINDS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.DataMatrix]
)

TOO_LARGE = Trait(UNREADABLE, "picture too large to look for codes in it")


def open_image(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """A picture that cannot be decoded is one that is not shown: nothing is said of it."""
    budget.time()
    try:
        picture = opened(octets)
    except Image.DecompressionBombError:
        yield TOO_LARGE
        return
    except (OSError, SyntaxError, ValueError):
        return
    width, height = picture.size
    if min(width, height) < SMALLEST:
        return
    if width * height > (PHOTO_PIXELS if picture.format == "JPEG" else PIXELS):
        yield TOO_LARGE
        return
    budget.room(min(width * height, PIXELS))
    for text in codes(picture):
        yield from links(text[:TEXT_LIMIT])


def opened(octets: bytes) -> ImageFile:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pixels: they are counted before any is decoded
        return Image.open(io.BytesIO(octets), formats=FORMATS)


def codes(picture: ImageFile) -> list[str]:
    try:
        found = zxingcpp.read_barcodes(grey(picture), formats=KINDS)
    except (OSError, SyntaxError, ValueError, MemoryError):
        return []
    return [code.text for code in found[:CODES]]


def grey(read: ImageFile) -> Image.Image:
    """Small enough, in shades of grey, on white where it lets through what is behind it."""
    read.draft("L", (SIDE, SIDE))
    with contextlib.suppress(OSError):
        read.load()
    read.tile = []  # what is missing at its end stays blank, as it does in a mail program
    if read.has_transparency_data:
        picture = read.convert("RGBA")
        picture.thumbnail((SIDE, SIDE))
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture)
        return paper.convert("L")
    picture = read.convert("L")
    picture.thumbnail((SIDE, SIDE))
    return picture


def links(text: str) -> Opened:
    """A telephone opens what begins with a scheme, and offers what looks like a host."""
    scheme = text.partition(":")[0]
    whole = link(text.strip(), source="qr") if ":" in text and scheme.isalpha() and not text[:1].isspace() else None
    if whole and (whole.host or scheme.lower() in ("javascript", "data", "tel", "sms", "smsto", "mailto")):
        yield whole
        return
    for span in spans(text):
        found = link(span.url, source="qr", assumed=span.assumed)
        if found:
            yield found
