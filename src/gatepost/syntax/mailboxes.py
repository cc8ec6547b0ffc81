"""Which mailboxes does a From, Sender or Reply-To field name (RFC 5322 §3.4 and §4.4, RFC 6532 §3.2, RFC 6854)?

Structure goes before meaning: an address is what the grammar says it is in the octets as sent; what an encoded word
says is part of a display name and nothing else. Obsolete forms are read, and each thing on which readers are known to
disagree is named (`Defect`), so that who judges need not guess what a mail program will show.
"""

import re
from collections.abc import Iterable, Sequence

from gatepost.model.message import Field
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.display_text import Hidden, shown
from gatepost.syntax.encoded_words import decoded
from gatepost.syntax.field_text import plain_value
from gatepost.syntax.mail_tokens import Kind, Token, meant, tokens
from gatepost.syntax.mailbox_list import EVIDENCE, Defect, Mailbox, MailboxList

PLAIN_LIMIT = 400  # octets, ours
VALUE_LIMIT = 8 * 1024  # octets, ours: such fields stay below 1 KiB
MAILBOXES_LIMIT = 100  # ours
# `Ann Bee <ann@example.com>`, `"Bee, Ann" <…>` less the comma, or the address alone: what nearly all mail has, and what
# the whole grammar reads in the same way at twenty times the price.
PLAIN = re.compile(
    rb"""(?>"([\w.'&+-]++(?>(?:\ [\w.'&+-]++)*))"[ ]?+<|([\w'&+-]++(?>(?:\ [\w'&+-]++)*))[ ]?+<|<|)
        ([\w+-]++(?>(?:\.[\w+-]++)*)@[A-Za-z0-9-]++(?>(?:\.[A-Za-z0-9-]++)*))(>?)""",
    re.VERBOSE,
)
SEPARATORS = frozenset(".@")
SPECIALS_IN_LIST = frozenset(",;:()")
BY_HIDDEN = {
    Hidden.NUL: Defect.NUL,
    Hidden.LINE_BREAK: Defect.LINE_BREAK,
    Hidden.CONTROL: Defect.CONTROL,
    Hidden.DIRECTION: Defect.DIRECTION,
    Hidden.NO_WIDTH: Defect.NO_WIDTH,
}
AS_LATIN_1 = {0xDC00 + octet: octet for octet in range(0x80, 0x100)}  # octets that `surrogateescape` kept


def read_mailboxes(value: bytes, *, most: int = MAILBOXES_LIMIT) -> MailboxList:
    """The mailboxes of a field's value, unfolded and unstuffed, and what is wrong with it. Never raises."""
    if (one := plain_mailbox(value)) is not None and most:
        return MailboxList((one,))
    return read_whole_grammar(value, most)


def plain_mailbox(value: bytes) -> Mailbox | None:
    """The one mailbox where it is written as most are; None where the whole grammar must be asked."""
    match = PLAIN.fullmatch(value)
    if match is None or len(value) > PLAIN_LIMIT:
        return None
    quoted, words, written, end = match.groups()
    if (end == b">") is (match.start(3) == 0):
        return None
    try:
        return Mailbox((quoted or words or b"").decode(), address(written.decode()))
    except BadSyntax:
        return None


def read_whole_grammar(value: bytes, most: int) -> MailboxList:
    """The same by every rule there is."""
    if len(value) > VALUE_LIMIT:
        return MailboxList((), (Defect.TOO_LONG,))
    reading = Reading(most)
    if 0 in value:
        reading.defects[Defect.NUL] = None
    for token in reading.cut(text_of(value)):
        reading.take(token)
    return reading.finish()


def read_field(field: Field, *, most: int = MAILBOXES_LIMIT) -> MailboxList:
    """The same from a field as the content has it: folded and dot-stuffed."""
    return read_mailboxes(plain_value(field), most=most)


def text_of(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


class Reading:
    """One list while it is read; owned by `read_mailboxes`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.mailboxes: list[Mailbox] = []
        self.defects: dict[Defect, None] = {}  # a set that keeps order
        self.bare: list[str] = []  # items without an address, since the last that had one
        self.before: list[Token] = []
        self.angle: list[Token] | None = None
        self.after: list[Token] = []
        self.in_angle = False
        self.ended_by = ""

    def cut(self, text: str) -> list[Token]:
        found, defect = tokens(text)
        if defect is not None:
            self.defects[defect] = None
        return found

    def take(self, token: Token) -> None:
        special = token.text if token.kind is Kind.SPECIAL else ""
        if self.in_angle and self.angle is not None:
            self.in_angle = special != ">"
            if self.in_angle:
                self.angle.append(token)
        elif special == "<" and self.angle is None:
            self.angle, self.in_angle = [], True
        elif special in (",", ";"):
            self.end_part(special)
        elif special == ":":
            self.begin_group()
        elif special == ">":
            self.defects[Defect.BAD_CHARACTER] = None
        elif self.angle is not None:
            self.after.append(token)
        else:
            self.before.append(token)

    def end_part(self, special: str) -> None:
        if special == ";" and Defect.GROUP not in self.defects:
            self.defects[Defect.BAD_CHARACTER] = None
        self.end_item(may_be_empty=";" in (special, self.ended_by))
        self.ended_by = special

    def begin_group(self) -> None:
        """What stands before the colon is the group's name."""
        self.defects[Defect.GROUP] = None
        if self.angle is not None:
            self.defects[Defect.TEXT_AFTER_ADDRESS] = None
            self.end_item()
        self.before = []

    def finish(self) -> MailboxList:
        if self.in_angle:
            self.defects[Defect.UNCLOSED] = None
        self.end_item(may_be_empty=self.ended_by != ",")
        if self.bare and self.mailboxes:
            self.defects[Defect.TEXT_AFTER_ADDRESS] = None
        elif not self.mailboxes and EVIDENCE.issuperset(self.defects):
            self.defects[Defect.NO_ADDRESS] = None
        return MailboxList(tuple(self.mailboxes), tuple(self.defects))

    def end_item(self, *, may_be_empty: bool = False) -> None:
        before, angle, after = self.before, self.angle, self.after
        self.before, self.angle, self.after, self.in_angle = [], None, [], False
        if angle is not None:
            if any([token.kind is not Kind.COMMENT for token in after]):
                self.defects[Defect.TEXT_AFTER_ADDRESS] = None
            self.add_named(before, angle, after)
            return
        words = [token for token in before if token.kind is not Kind.COMMENT]
        if not words:
            if not may_be_empty:
                self.defects[Defect.EMPTY_ITEM] = None
        elif any([token.text == "@" for token in words]):
            self.add_plain(before)
        else:
            self.bare.append(self.name(before))

    def add_named(self, before: Sequence[Token], angle: Sequence[Token], after: Sequence[Token]) -> None:
        """`name <address>`, or with a route before the address (RFC 5322 §4.4)."""
        self.add(self.name([*before, *after]), self.without_route(angle))
        domain = self.mailboxes[-1].address.domain if self.mailboxes else ""
        for number, token in enumerate(before):
            if token.kind is Kind.LITERAL:
                self.defects[Defect.UNQUOTED] = None
            elif token.text == "@":
                other = domain_at(before[number + 1 :])
                same = f".{other}".endswith(f".{domain}") or "." not in other
                self.defects[Defect.UNQUOTED if same else Defect.OTHER_ADDRESS] = None

    def add_plain(self, item: list[Token]) -> None:
        """`address`, comments before or behind it being its name, as mail had it before angle brackets."""
        start = next(number for number, token in enumerate(item) if token.kind is not Kind.COMMENT)
        end = next(number for number in range(len(item), 0, -1) if item[number - 1].kind is not Kind.COMMENT)
        self.add(self.name([*item[:start], *item[end:]]), item[start:end])

    def add(self, name: str, written: Sequence[Token]) -> None:
        if self.bare:
            self.defects[Defect.BARE_WORDS] = None
            name, self.bare = ", ".join([*self.bare, name] if name else self.bare), []
        if len(self.mailboxes) >= self.most:
            self.defects[Defect.TOO_MANY] = None
            return
        try:
            self.mailboxes.append(Mailbox(name, address(self.plain(written))))
        except BadSyntax:
            self.defects[Defect.BAD_ADDRESS if written else Defect.NO_ADDRESS] = None

    def without_route(self, angle: Sequence[Token]) -> Sequence[Token]:
        if not angle or angle[0].text not in ("@", ","):
            return angle
        colon = next((number for number, token in enumerate(angle) if token.text == ":"), -1)
        if colon >= 0 and all([token.kind in (Kind.ATOM, Kind.LITERAL, Kind.SPECIAL) for token in angle[:colon]]):
            self.defects[Defect.ROUTE] = None
            return angle[colon + 1 :]
        return angle

    def plain(self, written: Sequence[Token]) -> str:
        """The address without comments and blanks; `BadSyntax` if it has words side by side."""
        text: list[str] = []
        last: Token | None = None
        for token in written:
            if token.kind is Kind.COMMENT:
                self.defects[Defect.COMMENT_IN_ADDRESS] = None
                continue
            if token.kind is Kind.WORD:
                self.defects[Defect.WORD_IN_ADDRESS] = None
            if last is not None and token.spaced:
                self.defects[Defect.SPACE_IN_ADDRESS] = None
            if last is not None and not may_touch(last, token):
                raise BadSyntax("two words in one place of an address")
            text.append(token.text)
            last = token
        return "".join(text)

    def name(self, phrase: Iterable[Token]) -> str:
        """A display name as it is shown."""
        words = list(phrase)
        for token in words:
            if token.kind is Kind.WORD:
                self.judge_word(token.text)
        if words and all([token.kind is Kind.COMMENT for token in words]):
            text = " ".join([meant(token)[1:-1] for token in words])
        else:
            text = "".join([f" {meant(token)}" if token.spaced else meant(token) for token in words])
        text, unread = decoded(text)
        if unread:
            self.defects[Defect.UNREAD_WORD] = None
        if not text.isascii() and (latin := text.translate(AS_LATIN_1)) != text:
            self.defects[Defect.EIGHT_BIT] = None
            text = latin
        text, hidden = shown(text)
        for sign in hidden:
            self.defects[BY_HIDDEN[sign]] = None
        return text

    def judge_word(self, text: str) -> None:
        inside = SPECIALS_IN_LIST.intersection(text)
        if inside or "@" in text:
            self.defects[Defect.ADDRESS_IN_WORD if inside and "@" in text else Defect.SPECIALS_IN_WORD] = None


def may_touch(left: Token, right: Token) -> bool:
    """A word and a dot or @, or two tokens that are one atom to who knows no encoded words."""
    if left.text in SEPARATORS or right.text in SEPARATORS:
        return True
    return not right.spaced and {left.kind, right.kind} <= {Kind.ATOM, Kind.WORD}


def domain_at(following: Sequence[Token]) -> str:
    """The domain that these tokens begin with, lower-case; blanks and comments hide none."""
    text: list[str] = []
    for token in following:
        if token.kind is Kind.ATOM or token.text == ".":
            if text and token.text != "." and text[-1] != ".":
                break
            text.append(token.text.lower())
        elif token.kind is not Kind.COMMENT:
            break
    return "".join(text)
