"""What does a header claim its part to be, in the plain reading and where everything is written as it should be?

The short way, which nearly all parts of real mail go; `claim_readings` is for the others.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from gatepost.mime.names import from_description, from_location, names_of
from gatepost.mime.parameters import Parameter
from gatepost.model.message import Field

TYPE, ENCODING, DISPOSITION = "content-type", "content-transfer-encoding", "content-disposition"
DESCRIPTION, LOCATION = "content-description", "content-location"
CONTENT_NAMES = frozenset((TYPE, ENCODING, DISPOSITION))
NAMES = CONTENT_NAMES | {DESCRIPTION, LOCATION}
PLAIN_PARAMETERS = 20  # with more of them the long way is gone
SIGNS = r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]++"
# A value as RFC 2045 §5.1 has it, and the unquoted signs that everybody writes and everybody reads. No comments.
REGULAR = re.compile(
    rf"""[ \t\r\n]*+({SIGNS}(?:/{SIGNS})?)[ \t\r\n]*+
        ((?>(?:;[ \t\r\n]*+(?:{SIGNS}=
        (?:"[^"\\\x00-\x1f\x7f]*+"|[!#-'*+./0-9:=?@A-Z\[\]^_`a-z{{|}}~-]++)[ \t\r\n]*+)?)*))""".encode(),
    re.VERBOSE,
)
PARAMETER = re.compile(rb"""([^;=\s"]++)=(?:"([^"]*+)"|([^";\s]++))""")
LINE_ENDS = re.compile(rb"[\r\n]+")
PLAIN_BOUNDARY = re.compile(rb"(?![^=]*+=\?)[0-9A-Za-z'()+_,./:=?!#$%&*;<>@\[\]^`{|}~-](?:[ -~]{0,198}[!-~])?")
REGULAR_ENCODINGS = frozenset(("", "7bit", "8bit", "binary", "base64", "quoted-printable"))


class Claim(Struct, frozen=True, kw_only=True):
    """What one header says in one reading.

    Args:
        boundary: of a multipart, None if none is given.
    """

    media_type: str = "text/plain"
    declared: str = ""
    charset: str = ""
    encoding: str = ""
    boundary: bytes | None = None
    names: tuple[str, ...] = ()
    is_attachment: bool = False


Value = tuple[str, tuple[Parameter, ...]]
"""The word of a field, lower-case, and its parameters."""


def regular_claim(fields: Sequence[Field], default: str) -> Claim | None:
    """None where a field is there twice, or is written so that it could be read otherwise.

    Args:
        default: media type of a part that declares none.
    """
    values: dict[str, bytes] = {}
    for field in fields:
        name = field.name.lower()
        if name in NAMES:
            if name in values and name in CONTENT_NAMES:
                return None
            values[name] = field.raw[len(name) + 1 :]
        elif "(" in name:
            return None
    return claim_of(values, default) if values else Claim(media_type=default)


def claim_of(values: dict[str, bytes], default: str) -> Claim | None:
    content_type = regular(values.get(TYPE, b""))
    disposition = regular(values.get(DISPOSITION, b""))
    encoding = values.get(ENCODING, b"").strip().lower().decode("latin-1")
    if content_type is None or disposition is None or encoding not in REGULAR_ENCODINGS:
        return None
    declared, parameters = content_type
    if TYPE in values and ("/" not in declared or ("multipart" in declared and not declared.startswith("multipart/"))):
        return None
    charset, boundary = "", None
    attached = disposition[0] not in ("", "inline")
    for parameter in parameters:
        if parameter.name == "charset":
            charset = parameter.value.decode().lower()
        elif parameter.name == "boundary":
            boundary = parameter.value
    return Claim(
        media_type=declared or default,
        declared=declared,
        charset=charset,
        encoding=encoding,
        boundary=boundary if declared.startswith("multipart/") else None,
        names=names_of(disposition[1], parameters) or described(values, declared, attached),
        is_attachment=attached,
    )


def described(values: dict[str, bytes], declared: str, attached: bool) -> tuple[str, ...]:
    """A text or multipart without a name is shown, not offered, unless it says that it is attached."""
    if declared.startswith("multipart/") or (declared.startswith("text/") and not attached):
        return ()
    for name, read in ((DESCRIPTION, from_description), (LOCATION, from_location)):
        if found := read(LINE_ENDS.sub(b"", values.get(name, b""))):
            return found
    return ()


def regular(raw: bytes) -> Value | None:
    """None if it is not as the RFC has it, names a parameter twice, or one of them could be read in two ways."""
    if not raw:
        return "", ()
    match = REGULAR.fullmatch(raw)
    if match is None:
        return None
    word, rest = match.groups()
    found: dict[str, Parameter] = {}
    for name, quoted, bare in PARAMETER.findall(rest):
        key = name.decode().lower()
        if key in found or is_odd(key, quoted, bare):
            return None
        value = quoted or bare
        found[key] = Parameter(key, value, value, bool(quoted))
    return (word.decode().lower(), tuple(found.values())) if len(found) <= PLAIN_PARAMETERS else None


def is_odd(key: str, quoted: bytes, bare: bytes) -> bool:
    if key.startswith("boundary"):
        return key != "boundary" or PLAIN_BOUNDARY.fullmatch(quoted or bare) is None
    return b";" in quoted and b"=" in quoted  # who does not know quotes finds another parameter in it
