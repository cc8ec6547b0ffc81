"""What does a signature field say (RFC 6376 §3.5)? ARC's fields have the same tags, so its readers are made of these.

Each reader takes the tags of one field and raises `BadSignature`. Whether what is said makes sense is not asked here.
"""

import binascii
import re
from collections.abc import Mapping

from msgspec import Struct

from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import Algorithm, BadSignature, Reason
from gatepost.auth.tags import WHITE, BadTags, read_tags
from gatepost.model.message import Field
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import a_labels, domain, require_host_name
from gatepost.syntax.header import unstuffed

Tags = Mapping[str, str]

NAMES_LIMIT = 256  # ours: names in h=; real ones stay below 80
IDENTITY_LIMIT = 320  # characters, ours (RFC 5321 §4.5.3.1: 64 + 1 + 255)
START = 8  # characters of b= that tell signatures apart (RFC 6008 §3)
MOMENT = re.compile("[0-9]{1,12}", re.ASCII)  # seconds since 1970 (§3.5)
LENGTH = re.compile("[0-9]{1,76}", re.ASCII)  # octets (§3.5)
NAME_LIST = re.compile("[!-:<-~ \t\r\n]*+")  # names (RFC 5322 §3.6.8) and colons, FWS around them
SIGNATURE_NAME = "dkim-signature"
# By fields that sign a body, what one without c= means. RFC 8617 does not say it of ARC's; its authors' tests do.
FORMS_WITHOUT_C = {SIGNATURE_NAME: Form.SIMPLE, "arc-message-signature": Form.RELAXED}
FORMS = {form.value: form for form in Form}
ALGORITHMS = {algorithm.value: algorithm for algorithm in Algorithm}


class Signature(Struct, frozen=True, kw_only=True):
    """One signature as read.

    Args:
        raw: its field, dot-unstuffed.
        place: which of the fields of its name it is, from 0 at the top.
        value: b=, decoded.
        start: of b= as sent.
        body_hash: bh=, decoded.
        signed: names in h=, lower-case.
        length: l=, octets of the canonical body.
        expires: x=, seconds since 1970, as `time` is.
    """

    raw: bytes
    place: int
    algorithm: Algorithm
    domain: str
    selector: str
    identity: str
    value: bytes
    start: str
    body_hash: bytes
    header_form: Form
    body_form: Form
    signed: tuple[str, ...]
    length: int | None
    time: int | None
    expires: int | None


def field_tags(field: Field) -> tuple[bytes, dict[str, str]]:
    """The field dot-unstuffed, and its tags."""
    raw = unstuffed(field.raw)
    try:
        return raw, read_tags(raw.partition(b":")[2])
    except BadTags as error:
        raise BadSignature(Reason.TAGS) from error


def read_signature(field: Field, place: int) -> Signature:
    """One DKIM-Signature field."""
    raw, tags = field_tags(field)
    if tags.get("v") != "1":
        raise BadSignature(Reason.VERSION if "v" in tags else Reason.MISSING_TAG)
    if "dns/txt" not in [method.strip(WHITE) for method in tags.get("q", "dns/txt").split(":")]:
        raise BadSignature(Reason.UNKNOWN_QUERY)
    return signature_of(raw, place, tags, identity=identity_of(tags), without_c=FORMS_WITHOUT_C[SIGNATURE_NAME])


def signature_of(raw: bytes, place: int, tags: Tags, *, without_c: Form, identity: str = "") -> Signature:
    """What DKIM-Signature and ARC-Message-Signature have alike.

    Args:
        without_c: the form if there is no c=.
        identity: "" if it is the domain of d= without a local part.
    """
    header_form, body_form = forms_of(tags, without_c)
    name = domain_of(tags)
    return Signature(
        raw=raw,
        place=place,
        algorithm=algorithm_of(tags),
        domain=name,
        selector=selector_of(tags),
        identity=identity or "@" + name,
        value=octets_of(tags, "b"),
        start=without_white(tags["b"])[:START],
        body_hash=octets_of(tags, "bh"),
        header_form=header_form,
        body_form=body_form,
        signed=names_of(tags),
        length=number_of(tags, "l", LENGTH),
        time=number_of(tags, "t", MOMENT),
        expires=number_of(tags, "x", MOMENT),
    )


def required(tags: Tags, name: str) -> str:
    if name not in tags:
        raise BadSignature(Reason.MISSING_TAG)
    return tags[name]


def algorithm_of(tags: Tags) -> Algorithm:
    algorithm = ALGORITHMS.get(required(tags, "a"))
    if algorithm is None:
        raise BadSignature(Reason.UNKNOWN_ALGORITHM)
    return algorithm


def forms_of(tags: Tags, without_c: Form) -> tuple[Form, Form]:
    """Of header and body; `simple` for a body that c= does not speak of."""
    if "c" not in tags:
        return without_c, without_c
    header, slash, body = tags["c"].partition("/")
    if header not in FORMS or (slash and body not in FORMS):
        raise BadSignature(Reason.UNKNOWN_FORM)
    return FORMS[header], FORMS[body] if slash else Form.SIMPLE


def domain_of(tags: Tags) -> str:
    """d= in lower-case A-labels (RFC 8616 §4), two labels or more."""
    return domain_or(Reason.DOMAIN, required(tags, "d"))


def domain_or(reason: Reason, text: str) -> str:
    try:
        name = domain(text)
    except BadSyntax as error:
        raise BadSignature(reason) from error
    if "." not in name or name[0] == "[":
        raise BadSignature(reason)
    return name


def selector_of(tags: Tags) -> str:
    text = required(tags, "s")
    try:
        selector = text.lower() if text.isascii() else a_labels(text)
        require_host_name(selector)
    except BadSyntax as error:
        raise BadSignature(Reason.SELECTOR) from error
    return selector


def identity_of(tags: Tags) -> str:
    """i=, its domain in lower-case A-labels; "" where it is not given."""
    if "i" not in tags:
        return ""
    text = without_white(tags["i"])
    local, at, name = text.rpartition("@")
    if not at or len(text) > IDENTITY_LIMIT:
        raise BadSignature(Reason.IDENTITY)
    return f"{local}@{domain_or(Reason.IDENTITY, name)}"


def octets_of(tags: Tags, name: str) -> bytes:
    """Base64 in which white space means nothing; not empty."""
    text = required(tags, name)
    try:
        octets = decoded(text)
    except ValueError as error:
        raise BadSignature(Reason.BASE64) from error
    if not octets:
        raise BadSignature(Reason.BASE64)
    return octets


def decoded(text: str) -> bytes:
    """Base64 with folds in it, padded as RFC 4648 says. Raises ValueError."""
    text = without_white(text)
    if len(text) % 4:  # `strict_mode` lets a superfluous "=" pass
        raise ValueError("bad length")
    return binascii.a2b_base64(text, strict_mode=True)


def names_of(tags: Tags) -> tuple[str, ...]:
    text = required(tags, "h")
    if text.count(":") >= NAMES_LIMIT:
        raise BadSignature(Reason.MANY_NAMES)
    if not NAME_LIST.fullmatch(text):
        raise BadSignature(Reason.NAMES)
    names = tuple([name.strip(WHITE) for name in text.lower().split(":")])
    if any([" " in name or "\t" in name for name in names]):
        raise BadSignature(Reason.NAMES)
    return names


def number_of(tags: Tags, name: str, digits: re.Pattern[str]) -> int | None:
    if name not in tags:
        return None
    if not digits.fullmatch(tags[name]):
        raise BadSignature(Reason.NUMBER)
    return int(tags[name])


def without_white(text: str) -> str:
    """Folding white space taken out, and nothing else: not what Unicode has besides."""
    return text.replace("\r\n", "").replace(" ", "").replace("\t", "")
