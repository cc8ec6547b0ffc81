"""Where does a shortcut that is a text lead: .url, .desktop, .webloc, .library-ms, .search-ms, .scf and their like?"""

import re

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import host_of, links, printable
from gatepost.adapters.inspection.documents.xml_tags import as_string
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.model.inspection import Trait
from gatepost.model.traits import REMOTE

LONGEST = 256 * 1024  # characters
LINE = re.compile(
    r"^[ \t]*(URL|BASEURL|IconFile|Exec|TryExec|Icon|WorkingDirectory|OrigURL)[ \t]*=[ \t]*([^\r\n]{1,4000})",
    re.IGNORECASE | re.MULTILINE,
)
MARKUP = re.compile(
    r"<(?:\w+:)?(?:url|deeplink|string|include path|location|icon|simplelocation)\b[^<>]{0,1000}>\s*([^<]{1,4000})",
    re.IGNORECASE,
)
INCLUDED = re.compile(r"(?:path|url|href)\s*=\s*\"([^\"]{1,4000})\"", re.IGNORECASE)
STARTED = frozenset({"exec", "tryexec"})
MOST = 50


def open_shortcut(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    text = as_string(octets)[:LONGEST]
    found = [(match[1].lower(), match[2].strip()) for match in LINE.finditer(text)]
    found += [("", match[1].strip()) for match in MARKUP.finditer(text)]
    found += [("", match[1].strip()) for match in INCLUDED.finditer(text)]
    for word, target in list(dict.fromkeys(found))[:MOST]:
        if word in STARTED:
            yield Member("command", target.encode(), "text/plain", alike=True)
        elif host_of(target):
            yield Trait(REMOTE, printable(host_of(target)))
            yield from links(target, "shortcut")
