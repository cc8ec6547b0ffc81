"""Which colour is this, and can a reader tell it from that one (CSS Color 4)?"""

import re

UNKNOWN = -1  # a picture, a variable, a word that is none
TRANSPARENT = -2
NEAR = 48  # two colours whose channels together differ less are one to the eye
WRITTEN_LIMIT = 60

NAMED = {
    "white": 0xFFFFFF, "black": 0x000000, "red": 0xFF0000, "green": 0x008000, "blue": 0x0000FF, "yellow": 0xFFFF00,
    "gray": 0x808080, "grey": 0x808080, "silver": 0xC0C0C0, "maroon": 0x800000, "navy": 0x000080, "lime": 0x00FF00,
    "aqua": 0x00FFFF, "cyan": 0x00FFFF, "fuchsia": 0xFF00FF, "magenta": 0xFF00FF, "purple": 0x800080, "teal": 0x008080,
    "olive": 0x808000, "orange": 0xFFA500, "whitesmoke": 0xF5F5F5, "snow": 0xFFFAFA, "ivory": 0xFFFFF0,
    "ghostwhite": 0xF8F8FF, "floralwhite": 0xFFFAF0, "azure": 0xF0FFFF, "mintcream": 0xF5FFFA, "honeydew": 0xF0FFF0,
    "aliceblue": 0xF0F8FF, "seashell": 0xFFF5EE, "beige": 0xF5F5DC, "oldlace": 0xFDF5E6, "linen": 0xFAF0E6,
    "cornsilk": 0xFFF8DC, "lightyellow": 0xFFFFE0, "lightcyan": 0xE0FFFF, "lavender": 0xE6E6FA,
    "lavenderblush": 0xFFF0F5, "lightgray": 0xD3D3D3, "lightgrey": 0xD3D3D3, "gainsboro": 0xDCDCDC,
    "darkgray": 0xA9A9A9, "darkgrey": 0xA9A9A9, "dimgray": 0x696969, "dimgrey": 0x696969, "darkblue": 0x00008B,
    "darkred": 0x8B0000, "transparent": TRANSPARENT,
}  # fmt: skip
HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
CHANNELS = re.compile(r"(?:rgb|hsl)a?\(([^()]{1,50})\)")
NUMBER = re.compile(r"(\d{0,6}(?:\.\d{1,6})?)(%|deg)?")


def colour(text: str) -> int:
    """As 0xRRGGBB, `TRANSPARENT` or `UNKNOWN`. `text` is lower-case."""
    text = text.strip()
    if text in NAMED:
        return NAMED[text]
    if len(text) > WRITTEN_LIMIT:
        return UNKNOWN
    if written := HEX.fullmatch(text):
        return of_digits(written[1])
    if written := CHANNELS.fullmatch(text):
        return of_channels(written[1], text[0] == "h")
    return UNKNOWN


def of_digits(digits: str) -> int:
    if len(digits) < 6:
        digits = "".join([digit * 2 for digit in digits])
    return TRANSPARENT if digits[6:] == "00" else int(digits[:6], 16)


def of_channels(text: str, is_hue: bool) -> int:
    """Of hues only what has no colour: the rest is visible on any ground."""
    numbers = [found for found in NUMBER.findall(text) if found[0] not in ("", ".")]
    if len(numbers) < 3:
        return UNKNOWN
    if len(numbers) > 3 and float(numbers[3][0]) == 0:
        return TRANSPARENT
    if is_hue:
        lightness = float(numbers[2][0])
        return 0xFFFFFF if lightness >= 97 else 0 if lightness <= 3 else UNKNOWN
    red, green, blue = [min(255, int(float(value) * (2.55 if unit == "%" else 1))) for value, unit in numbers[:3]]
    return red << 16 | green << 8 | blue


def alike(one: int, other: int) -> bool:
    """Both are known and the eye takes them for one."""
    if one < 0 or other < 0:
        return False
    return sum([abs((one >> shift & 255) - (other >> shift & 255)) for shift in (16, 8, 0)]) < NEAR
