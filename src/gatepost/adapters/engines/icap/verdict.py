"""What does an ICAP response say of a sample?

RFC 3507 has no word for malware: "204" means that nothing is to be changed. What was found stands in fields that most
scanners have in common (draft-stecher-icap-subid §3.3 and §3.4, X-Infection-Found and X-Violations-Found; X-Virus-ID).
A page "403 Forbidden" instead of the content says that it must not pass. Everything else is no answer.
"""

import re

from msgspec import Struct

from gatepost.adapters.engines.icap.reader import BadResponse, Response
from gatepost.ports.scanner import Sample
from gatepost.syntax.printable import printable

NAME_LIMIT = 200  # characters
THREAT = re.compile(r"(?:\A|;)\s*Threat\s*=\s*([^;]*)", re.IGNORECASE)
FORBIDDEN = 403
BLOCKED = "blocked by the server's policy"
UNNAMED = "unnamed"
NOT_LOOKED_INTO = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted.")
"""As ClamAV behind an ICAP server names what it has not looked into."""


class Told(Struct, frozen=True):
    """Nothing of both: clean."""

    infected: str = ""
    unscannable: str = ""


def verdict(response: Response, sample: Sample) -> Told:
    """Raises `BadResponse` where it is not clear."""
    name = name_in(response.fields)
    if name:
        return Told(unscannable=name) if name.startswith(NOT_LOOKED_INTO) else Told(infected=name)
    if response.status == 204:
        return Told()
    if response.status not in (200, 201):
        raise BadResponse(f"ICAP status {response.status}")
    if response.http == FORBIDDEN:
        return Told(infected=BLOCKED)
    if response.http in (0, 200) and response.body == sample.size and response.digest == sample.digest:
        return Told()  # it does not do 204, and sends back what it got
    raise BadResponse("it has changed the content, and does not say why")


def name_in(fields: dict[str, str]) -> str:
    """Of what was found, "" for nothing."""
    if "x-infection-found" in fields:
        match = THREAT.search(fields["x-infection-found"])
        return printable(match[1].strip() if match else "", NAME_LIMIT) or UNNAMED
    if virus := fields.get("x-virus-id", ""):
        return "" if virus.lower() in ("none", "no", "0") else printable(virus, NAME_LIMIT)
    if "x-violations-found" in fields:
        return violation(fields["x-violations-found"].split())
    return ""


def violation(words: list[str]) -> str:
    """The count, then four lines for each: name of the file, of the threat, number, what was done; folded to words."""
    if words[:1] in ([], ["0"]):
        return ""
    return printable(words[2], NAME_LIMIT) if len(words) > 2 else UNNAMED
