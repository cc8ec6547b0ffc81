"""What can qpdf take out of this PDF: scripts, files, addresses; and does a word of the message open it?"""

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import islice

import pikepdf
from pikepdf import Array, Dictionary, Object, PasswordError, Pdf, PdfError, Stream, String

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.addresses import links, printable
from gatepost.adapters.inspection.documents.inflating import inflated
from gatepost.adapters.inspection.documents.pdf_forms import holds_script, is_harmless
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.model.inspection import Link, Trait
from gatepost.model.traits import ATTACHED, DECRYPTED, ENCRYPTED, FORM_SCRIPT, JAVASCRIPT, LAUNCH, UNREADABLE

MOST_OBJECTS = 50_000
BETWEEN_LOOKS = 200  # objects
MOST_PARTS = 1000  # of one object
LONGEST_ARRAY = 10_000
TRIES = 50  # passwords
STREAM_MEMORY = 64 * 1024 * 1024  # octets that qpdf may unpack of one stream
ACTIONS = ("/Launch", "/ImportData")
WORDS = re.compile(rb"/(?:JS|URI|EF|EmbeddedFile|XFA|JavaScript|Launch|ImportData)(?![A-Za-z0-9])")
FAILURES = (PdfError, ValueError, TypeError, KeyError, NotImplementedError, RuntimeError)


@cache
def limited() -> None:
    """For the whole process, once."""
    pikepdf.settings.set_qpdf_limits(
        parser_max_nesting=100, parser_max_container_size=1_000_000, max_stream_filters=8,
        flate_max_memory=STREAM_MEMORY, png_max_memory=STREAM_MEMORY, run_length_max_memory=STREAM_MEMORY,
        tiff_max_memory=STREAM_MEMORY, dct_max_memory=STREAM_MEMORY, doc_max_warnings=1000,
    )  # fmt: skip


def contents(octets: bytes, hints: Hints, budget: Budget) -> Iterator[Member | Trait | Link]:
    limited()
    for password in islice(empty_first(hints), TRIES):
        budget.time()
        try:
            with Pdf.open(BytesIO(octets), password=password) as pdf:
                if password:
                    yield Trait(DECRYPTED)
                yield from in_objects(pdf, budget)
                return
        except PasswordError:
            continue
        except FAILURES as error:
            if b"stream" in octets:  # without one, what the search outside of streams has found is all there is
                yield Trait(UNREADABLE, printable(f"damaged: {str(error).rpartition(': ')[2]}"))
            return
    yield Trait(ENCRYPTED)


def empty_first(hints: Hints) -> Iterator[str]:
    """Nobody looks for a password in the message before the empty one has failed."""
    yield ""
    yield from hints.passwords


def in_objects(pdf: Pdf, budget: Budget) -> Iterator[Member | Trait | Link]:
    for number, thing in enumerate(pdf.objects):
        if number % BETWEEN_LOOKS == 0:
            budget.time()
        if number >= MOST_OBJECTS:
            yield Trait(UNREADABLE, "more objects than are looked at")
            return
        if is_interesting(thing):
            for part in parts(thing):
                yield from in_dictionary(part, budget)


def is_interesting(thing: Object) -> bool:
    """Asked of its text first: most objects are fonts and pages, and to walk through those takes long."""
    if isinstance(thing, Stream):
        thing = thing.stream_dict
    return isinstance(thing, Dictionary | Array) and bool(WORDS.search(thing.unparse(resolved=True)))


def parts(thing: Object) -> Iterator[Object]:
    """Its dictionaries: itself, and those within that are no objects of their own."""
    waiting, count = [thing], 0
    while waiting and count < MOST_PARTS:
        part = waiting.pop()
        count += 1
        if isinstance(part, Dictionary | Stream):
            yield part
            waiting += [
                value for _, value in part.items() if isinstance(value, Dictionary | Array) and not value.is_indirect
            ]
        elif isinstance(part, Array) and len(part) <= LONGEST_ARRAY:
            waiting += [value for value in part if isinstance(value, Dictionary | Array) and not value.is_indirect]


def in_dictionary(thing: Object, budget: Budget) -> Iterator[Member | Trait | Link]:
    action = str(thing.get("/S", ""))
    if action in ACTIONS:
        yield Trait(LAUNCH, printable(text_of(thing.get("/F"))) if action == "/Launch" else "")
    if "/JS" in thing:
        source = script(thing["/JS"], budget)
        yield Trait(FORM_SCRIPT if is_harmless(source.octets) else JAVASCRIPT)
        yield source
    elif action == "/JavaScript":
        yield Trait(JAVASCRIPT)
    if "/URI" in thing and isinstance(thing["/URI"], String):
        yield from links(text_of(thing["/URI"]), "pdf")
    if isinstance(thing, Stream) and str(thing.get("/Type", "")) == "/EmbeddedFile":  # whoever speaks of it
        yield Trait(ATTACHED)
        yield Member("", unpacked(thing, budget), alike=True)
    if isinstance(thing.get("/EF"), Dictionary):
        yield from files(thing, budget)
    if "/XFA" in thing:
        yield from forms(thing["/XFA"], budget)


def text_of(value: Object | None) -> str:
    if isinstance(value, Dictionary):
        value = value.get("/UF", value.get("/F"))
    return str(value) if isinstance(value, String) else ""


def script(value: Object, budget: Budget) -> Member:
    budget.member()
    octets = unpacked(value, budget) if isinstance(value, Stream) else str(value).encode()
    return Member("script.js", octets, "text/javascript", alike=True)


def files(specification: Object, budget: Budget) -> Iterator[Member | Trait]:
    name = text_of(specification)
    yield Trait(ATTACHED, printable(name))
    seen: set[tuple[int, int]] = set()
    for key in specification["/EF"].keys():  # noqa: SIM118 - iterates over keys as objects otherwise
        stream = specification["/EF"][key]
        if isinstance(stream, Stream) and stream.objgen not in seen:
            seen.add(stream.objgen)
            budget.member()
            declared = str(stream.get("/Subtype", "")).lstrip("/").lower()
            yield Member(name, unpacked(stream, budget), declared)


def forms(form: Object, budget: Budget) -> Iterator[Member | Trait]:
    pieces = list(form) if isinstance(form, Array) else [form]
    octets = b"".join(unpacked(piece, budget) for piece in pieces if isinstance(piece, Stream))
    if holds_script(octets):
        yield Trait(JAVASCRIPT, "XFA")
        yield Member("form.xml", octets, "text/plain", alike=True)


def unpacked(stream: Object, budget: Budget) -> bytes:
    """Deflated ones within the budget; others as qpdf gives them, within its own limits."""
    raw = bytes(stream.read_raw_bytes())
    budget.room(len(raw))
    filters = stream.get("/Filter")
    names = (
        [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)] if filters is not None else []
    )
    if not names:
        return raw
    if set(names) <= {"/FlateDecode", "/Fl"} and "/DecodeParms" not in stream:
        for _ in names:
            raw = inflated(raw, budget)
        return raw
    made = bytes(stream.read_bytes())
    budget.room(len(made))
    return made
