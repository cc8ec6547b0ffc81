"""How is a feature said to people?

A feature's name is short and part of the model's format; here it becomes a phrase for `explain`. A name without a
phrase is told as it is.
"""

from collections.abc import Callable

from gatepost.learn.shapes import at_least, share_of

Said = Callable[[str], str]
SHAPE_SIGNS = {"a": "letters", "A": "CAPITALS", "C": "Capitalised", "0": "digits", "x": "letters and digits"}
WHOLE = {
    "name:none": "From has no name beside the address",
    "name:address": "the name in From is the address again",
    "name:other-address": "the name in From holds another address",
    "name:capitals": "the name in From is all capitals",
    "name:beyond-ascii": "the name in From is not ASCII",
    "from:local:role": "From is an office, not a person",
    "reply:none": "no Reply-To",
    "reply:same": "Reply-To is From",
    "reply:same-domain": "Reply-To is another mailbox of the domain of From",
    "reply:same-owner": "Reply-To is another domain of the owner of From",
    "id:none": "no Message-ID",
    "id:malformed": "Message-ID is malformed",
    "id:same": "Message-ID is of the domain of From",
    "id:same-owner": "Message-ID is of the owner of From",
    "id:free-but-other": "From is a free mailbox, Message-ID is not of its provider",
    "mailer:none": "no mail program is named",
    "organization": "it names an organization",
    "subject:empty": "the subject is empty",
    "subject:answer": "the subject says it is an answer",
    "subject:forward": "the subject says it is forwarded",
    "subject:capitals": "the subject is all capitals",
    "subject:eight-bit": "the subject has raw octets over 127",
    "subject:mixed": "the subject mixes scripts within a word",
    "texts:p": "plain text alone",
    "texts:H": "HTML alone",
    "texts:pH": "plain text and HTML",
    "texts:": "no text",
    "script:ascii": "the text is ASCII",
    "from:free:True": "From is a free mailbox",
    "from:free:False": "From is no free mailbox",
}


def number(what: str) -> Said:
    return lambda rest: f"{what}: {at_least(rest)}"


def part(what: str) -> Said:
    return lambda rest: f"{what}: {share_of(rest)}"


def plain(what: str) -> Said:
    return lambda rest: f"{what}: {rest}"


def form(what: str) -> Said:
    return lambda rest: f"{what}: {' '.join(SHAPE_SIGNS.get(sign, sign) for sign in rest)}"


def fits(rest: str) -> str:
    in_domain, in_local, is_free = (one == "True" for one in (*rest.split(":"), "", "")[:3])
    where = "the domain" if in_domain else "the mailbox but not in the domain" if in_local else "nothing of the address"
    return f"the name in From is found in {where}{', a free mailbox' if is_free else ''}"


def senders(rest: str) -> str:
    own, one = (one == "True" for one in (*rest.split(":"), "")[:2])
    return f"links lead to {'From' if own and one else 'From and others' if own else 'others than From'}"


def diverted(rest: str) -> str:
    to_free, from_free = (one == "True" for one in (*rest.split(":"), "")[:2])
    return f"Reply-To is somebody else's{', a free mailbox' if to_free else ''}{', as is From' if from_free else ''}"


BEFORE: tuple[tuple[str, Said], ...] = (
    ("name:fits:", fits),
    ("name:words:", number("words of the name in From")),
    ("name:", plain("word in the name in From")),
    ("from:local:", form("mailbox of From is")),
    ("from:top:", plain("top-level domain of From")),
    ("from:domain:", plain("form of the domain of From")),
    ("from:mailboxes:", plain("mailboxes in From")),
    ("reply:other:", diverted),
    ("id:length:", number("length of the Message-ID")),
    ("id:other:", plain("Message-ID is of another domain, of the form")),
    ("id:", form("Message-ID is")),
    ("mailer:", plain("mail program")),
    ("sender's:", senders),
    ("links:", number("links")),
    ("images:", number("pictures from elsewhere")),
    ("owners:", number("owners of what is linked")),
    ("host:", plain("word in a linked host")),
    ("path:", plain("word in a link")),
    ("plain-of-both:", part("plain text beside HTML")),
    ("plain:", number("length of the plain text")),
    ("html:top:", plain("a link leads to")),
    ("html:length:", plain("length class of a link")),
    ("hidden:", part("hidden text")),
    ("items:", number("attachments")),
    ("words:", number("words")),
    ("capitals:", part("words in capitals")),
    ("digits:", part("digits")),
    ("code:", part("marks as in code")),
    ("quoted:", part("quoted lines")),
    ("prices:", number("signs of money")),
    ("mark!:", number("exclamation marks")),
    ("mark?:", number("question marks")),
    ("mixed:", number("words of mixed scripts")),
    ("subject:length:", number("length of the subject")),
    ("subject:begins:", form("the subject begins with")),
    ("subject:ends:", form("the subject ends with")),
    ("no:", plain("missing field")),
    ("leads-to:", plain("a link leads to")),
    ("is-from:", plain("From is")),
)


def phrase(name: str) -> str:
    """Of a feature that has a name; words of texts are their own."""
    if name in WHOLE:
        return WHOLE[name]
    for before, said in BEFORE:
        if name.startswith(before):
            return said(name[len(before) :])
    return name
