"""What is in a message, in the things in it, and in the things in those?

One loop over a stack: nothing is called deeper because the input is. A thing is identified, matched and opened once;
what an opener gives comes back as things. Whatever goes wrong is noted at the thing it went wrong with, and the walk
goes on with the next.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct

from gatepost.adapters.inspection.budget import Allowance, Budget, OverBudget
from gatepost.adapters.inspection.embedded_rules import TooSlow
from gatepost.adapters.inspection.encoded.words import words
from gatepost.adapters.inspection.identify import Identity, identify
from gatepost.adapters.inspection.listing import Draft, Listing, step
from gatepost.adapters.inspection.opened import Hints, Member, Opener
from gatepost.adapters.inspection.passwords import LOOKED_AT, Candidates
from gatepost.adapters.inspection.registry import CLOSED, MAIL, OPENERS
from gatepost.adapters.inspection.things import Mail, Matcher, Thing, inner_mails, whole_mail
from gatepost.mime.part import Limits
from gatepost.model.inspection import FileClass, Inspection, Link, Text, Trait
from gatepost.model.traits import OVER_BUDGET, UNREADABLE

READS_AS_TEXT = frozenset({FileClass.TEXT, FileClass.HTML, FileClass.CALENDAR})
WITH_PASSWORD = frozenset("zip rar 7z arj ole ooxml odf pdf".split())


Found = Member | Trait | Text | Link | Thing


class Frame(Struct, eq=False):
    """Something that is being opened.

    Args:
        source: what comes out of it.
        thing: what is opened; None for the message itself.
        draft: what is found in it is noted there.
        given: how many members have come.
        plain: the part that came last, as its transfer encoding is meant.
    """

    source: Iterator[Found]
    thing: Thing | None
    draft: Draft
    given: int = 0
    plain: Draft | None = None


class Walk:
    """Through one message.

    Args:
        match: what finds rules in octets; may raise `TooSlow`.
        used: seconds of CPU so far.
    """

    def __init__(
        self,
        allowance: Allowance,
        limits: Limits,
        match: Matcher,
        used: Callable[[], float],
        openers: Mapping[str, Opener] = OPENERS,
    ) -> None:
        self.budget, self.limits = Budget(allowance, used), limits
        self.match, self.used, self.openers = match, used, openers
        self.listing = Listing()
        self.stack: list[Frame] = []
        self.seen: dict[tuple[str, tuple[str, ...], object], Draft] = {}  # by digest and what it was opened as
        self.texts: list[str] = []
        self.room_for_texts = LOOKED_AT
        self.passwords = Candidates(())

    def inspect(self, octets: bytes) -> Inspection:
        began = self.used()
        whole = Draft("", "", (), "")
        self.enter(whole_mail(octets, self.limits), None, whole)
        while self.stack:
            self.advance(self.stack[-1])
        if whole.inner:
            self.listing.drafts.insert(0, whole)
        return self.listing.inspection(self.used() - began)

    def enter(self, mail: Mail, thing: Thing | None, draft: Draft) -> None:
        """A message: its words first, for they may open what comes after."""
        self.listing.ambiguous(mail.view.ambiguities, mail.prefix.rstrip("!"))
        self.listing.over.update(dict.fromkeys(mail.view.over))
        self.remember(mail.subject())
        for text in mail.texts():
            with self.noting(draft):
                self.read_words(text, text.declared)
        self.stack.append(Frame(mail.things(), thing, draft))

    def advance(self, frame: Frame) -> None:
        """One step of what is on top."""
        found: Found | None = None
        with self.noting(frame.draft):
            found = next(frame.source, None)
            if isinstance(found, Member):
                frame.given += 1
                self.budget.member()
        match found:
            case None:
                self.stack.remove(frame)
            case Thing():
                self.take_part(found, frame)
            case Member():
                self.take(self.inside(found, frame))
            case Trait():
                frame.draft.add_inner(found)
            case Text():
                self.add_text(found)
            case Link():
                self.listing.add_link(found)

    @contextmanager
    def noting(self, draft: Draft) -> Iterator[None]:
        """What goes wrong is noted in `draft`, and the walk goes on."""
        try:
            yield
        except OverBudget as error:
            self.over(draft, str(error))
        except MemoryError:
            self.over(draft, "memory")
        except TooSlow:
            self.over(draft, "time")
        except Exception as error:  # whatever a reader of hostile octets may raise
            draft.add_inner(Trait(UNREADABLE, f"{type(error).__name__}: {error}"))

    def inside(self, member: Member, frame: Frame) -> Thing:
        around = frame.thing
        path, depth = (around.path, around.depth) if around else ("", 0)
        for trait in member.traits if member.alike else ():
            frame.draft.add_inner(trait)
        return Thing(
            path=path if member.alike else step(path, member.name or str(frame.given)),
            octets=member.octets,
            names=(member.name,) if member.name else (),
            declared=member.declared,
            reading=around.reading if around else "",
            depth=depth + 1,
            traits=() if member.alike else member.traits,
            draft=frame.draft if member.alike else None,
        )

    def take_part(self, part: Thing, frame: Frame) -> None:
        draft = self.take(part)
        if part.is_plain:
            frame.plain = draft
        else:
            draft.plain = frame.plain

    def take(self, thing: Thing) -> Draft:
        """Identify, list, match; open what was not opened yet."""
        draft = thing.draft or self.listing.draft(thing.path, thing.reading, thing.names, thing.declared)
        draft.add(thing.traits)
        with self.noting(draft):
            identity = identify(thing.octets, thing.names, thing.declared)
            if thing.draft is None:
                describe(draft, thing, identity)
            if not thing.is_unread:
                self.look(thing, identity, draft)
        return draft

    def look(self, thing: Thing, identity: Identity, draft: Draft) -> None:
        digest = hashlib.sha256(thing.octets).hexdigest()
        if thing.draft is None:
            draft.digest = digest
        known = self.seen.setdefault((digest, identity.formats, thing.read_as), draft)
        if known is not draft:
            draft.is_same_as(known, alike=thing.draft is not None)
            return
        self.budget.time()
        draft.engines.update(dict.fromkeys(self.match(thing.octets)))
        if not thing.has_words and READS_AS_TEXT.intersection(identity.classes):
            self.read_words(thing, identity.media_type)
        self.budget.deeper(thing.depth)
        self.open(thing, identity, draft)

    def open(self, thing: Thing, identity: Identity, draft: Draft) -> None:
        """All that it could be opened as; the first is on top."""
        for name in reversed(identity.formats):
            if name in self.openers:
                source = self.openers[name](thing.octets, self.hints(thing, name), self.budget)
                self.stack.append(Frame(iter(source), thing, draft))
            elif name in CLOSED:
                draft.add_inner(Trait(UNREADABLE, f"no reader for {name}"))
        for mail in inner_mails(thing, self.limits, MAIL in identity.formats):
            self.enter(mail, thing, draft)

    def hints(self, thing: Thing, name: str) -> Hints:
        if name in WITH_PASSWORD and len(self.texts) != len(self.passwords.texts):
            self.passwords = Candidates(self.texts)
        return Hints(names=thing.names, declared=thing.declared, passwords=self.passwords)

    def read_words(self, thing: Thing, media_type: str) -> None:
        for found in words(thing.octets, media_type, thing.charset, thing.path):
            if isinstance(found, Link):
                self.listing.add_link(found)
            else:
                self.add_text(found)

    def add_text(self, text: Text) -> None:
        self.listing.add_text(text)
        self.remember(text.text)

    def remember(self, text: str) -> None:
        """Its words may be passwords."""
        if text and self.room_for_texts > 0:
            self.texts.append(text[: self.room_for_texts])
            self.room_for_texts -= len(self.texts[-1])

    def over(self, draft: Draft, name: str) -> None:
        draft.add_inner(Trait(OVER_BUDGET, name))
        self.listing.over.setdefault(name)


def describe(draft: Draft, thing: Thing, identity: Identity) -> None:
    draft.media_type, draft.size = identity.media_type, len(thing.octets)
    draft.classes.update(dict.fromkeys(identity.classes))
    draft.classes.update(dict.fromkeys(thing.classes))
    if thing.part is not None and thing.part.holds_parts:
        draft.media_type, draft.size = thing.part.media_type, thing.part.end - thing.part.start
    else:
        draft.add(identity.traits)
