"""Does a form have a script, and does that only format, check or add up its fields?

Programs that make forms write calls of Acrobat's own functions, whose names begin with AF, with words and numbers for
arguments. A script that is nothing but such calls can do nothing else, and most forms have no others.
"""

import re

LONGEST = 4000  # octets
STRING = r"(?:\"(?>(?:[^\"\\\r\n]|\\.)*+)\"|'(?>(?:[^'\\\r\n]|\\.)*+)')"
VALUE = rf"(?:true|false|null|[+-]?+[0-9.]++|{STRING})"
VALUES = rf"(?:{VALUE}\s*+,?+\s*+)*+"
LIST = rf"(?:new\s++Array\s*+\(\s*+{VALUES}\)|\[\s*+{VALUES}\])"
CALL = rf"AF[A-Z][A-Za-z]++(?:_[A-Za-z]++)?+\s*+\(\s*+(?:(?:{VALUE}|{LIST})\s*+,?+\s*+)*+\)"
ONLY_CALLS = re.compile(rf"\s*+(?:{CALL}\s*+;?+\s*+)++", re.DOTALL)


def is_harmless(script: bytes) -> bool:
    """Linear: nothing that was matched is tried in another way."""
    if len(script) > LONGEST:
        return False
    wide = script[:2] in (b"\xfe\xff", b"\xff\xfe")
    return ONLY_CALLS.fullmatch(script.decode("utf-16" if wide else "latin-1", "replace")) is not None


def holds_script(form: bytes) -> bool:
    """Whether this form in XML (XFA), in a PDF or as a file of its own, has a script."""
    lower = form.lower()
    return b"<script" in lower and b"javascript" in lower
