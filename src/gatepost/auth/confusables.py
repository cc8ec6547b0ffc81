"""Which characters look alike, and what is a text once they are told apart no more (UTS #39 §4)?

Two texts with one skeleton look the same at a glance. The skeleton is lower-case, has no accents, and is for comparing
with other skeletons only. The table holds what a reader of Latin script may take for a Latin letter: a choice of ours
from what UTS #39 lists, small capitals and Cyrillic, Greek, Armenian and Hebrew letters of about the same shape.
"""

import unicodedata

LOOKS_LIKE = """
a 0430 03b1 0251 237a 1d00
ae 00e6 04d5
b 044c 0432 0299 0185 03b2 0253 13cf
c 0441 03f2 1d04 2ca5 0188 abaf
d 0501 0257 0256 0111 056a 018c
e 0435 0454 04bd 212e 025b 03b5 1d07
f 0192 0584 a799 ab35
g 0261 1d83 0581 01e5 0262 0260
h 04bb 0570 043d 029c 0127 0266 04a3
i 0456 03b9 0131 0269 026a a647 ab75
j 0458 03f3 0575 029d
k 043a 03ba 0138 1d0b 0199 049b
l 04cf 01c0 0142 05df 05d5 0627 026b 019a 056c
m 043c 1d0d 0271
n 0578 057c 043f 03b7 0273 019e 0274 0272
o 043e 03bf 03c3 0585 05e1 0647 0e50 0ed0 00f8 1d0f 0665 0966 0275 ab3d 10ff
oe 0153
p 0440 03c1 03f1 2ca3 00fe 01bf 1d18 01a5
q 051b 0566 0563 024b
r 0433 1d26 027c 027e 0280 2c85 027d
s 0455 a731 0282 01bd abaa 0283
t 0442 03c4 1d1b 01ab 0167 0288
u 03c5 057d 028b 1d1c 0446 ab4e 0289
v 0475 03bd 1d20 05d8
w 051d 0461 03c9 0561 026f 0448 1d21 0270
x 0445 03c7 00d7 04b3
y 0443 04af 03b3 10e7 0263 028f 01b4 ab5a
z 0290 1d22 01b6 0225 ab93 0240
3 0437 04e1 021d 0292
4 0447
6 0431
"""
TABLE = {
    int(code, 16): letters
    for letters, *codes in (line.split() for line in LOOKS_LIKE.strip().splitlines())
    for code in codes
}
DIGITS = str.maketrans("01345", "oleas")
TOGETHER = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(text: str) -> str:
    """The skeleton. Linear; callers bound the text."""
    text = folded(text).translate(DIGITS)
    for pair, letter in TOGETHER:
        text = text.replace(pair, letter)
    return text


def folded(text: str) -> str:
    """Lower-case, compatibility characters replaced (UAX #15), accents off, look-alikes of Latin letters made Latin."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join([c for c in plain if not unicodedata.combining(c)]).translate(TABLE).lower()
