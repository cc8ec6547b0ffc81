"""How is a stranger's text shown without harm?"""

import re

UNPRINTABLE = re.compile(r"[^ -~]")


def printable(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, each that is not printable ASCII a question mark."""
    return UNPRINTABLE.sub("?", text[:limit])
