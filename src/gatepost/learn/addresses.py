"""Who does this mail say it is from, and how does that fit together: name, address, Reply-To, Message-ID?"""

from collections.abc import Iterator

from gatepost.learn.shapes import host_shape, owner, shape, steps
from gatepost.model.message import Field
from gatepost.syntax.field_text import plain_value
from gatepost.syntax.mailboxes import read_mailboxes

FREE = frozenset(
    "gmail.com googlemail.com hotmail.com outlook.com live.com msn.com yahoo.com ymail.com rocketmail.com aol.com"
    " icloud.com me.com mac.com gmx.com gmx.de gmx.net web.de mail.com mail.ru inbox.ru list.ru bk.ru yandex.ru"
    " yandex.com rambler.ru proton.me protonmail.com tutanota.com zoho.com qq.com 163.com 126.com sina.com"
    " yahoo.co.uk yahoo.co.jp yahoo.fr hotmail.co.uk hotmail.fr free.fr orange.fr laposte.net libero.it t-online.de"
    " naver.com daum.net hanmail.net seznam.cz wp.pl o2.pl onet.pl uol.com.br bol.com.br terra.com.br".split()
)
ROLES = frozenset(
    "admin administrator alert alerts billing contact customer customercare customerservice help helpdesk hello info"
    " invoice mail mailer-daemon marketing news newsletter no-reply noreply no_reply donotreply do-not-reply"
    " notification notifications notify office orders order postmaster promo reply sales security service services"
    " shipping support team update updates verify webmaster".split()
)
SHORTEST = 4  # letters of a name's word that a domain may hold
NAME_LIMIT = 200  # characters
NAME_WORDS = 6


class Sender:
    """The first mailbox of From, taken apart. Owned by who reads one header."""

    def __init__(self, value: bytes | None) -> None:
        read = read_mailboxes(value, most=3) if value is not None else None
        one = read.mailboxes[0] if read and read.mailboxes else None
        self.defects = read.defects if read else ()
        self.count = len(read.mailboxes) if read else 0
        self.name = one.name[:NAME_LIMIT] if one else ""
        self.local = (one.address.local or "") if one else ""
        self.domain = str(one.address.domain or "").lower() if one else ""
        self.owner = owner(self.domain)


def sender_features(sender: Sender) -> Iterator[str]:
    yield f"from:mailboxes:{min(sender.count, 2)}"
    for defect in sender.defects:
        yield f"from:{defect.name.lower()}"
    local = sender.local.lower()
    yield f"from:local:{shape(sender.local)}"
    if local in ROLES:
        yield "from:local:role"
    yield f"from:top:{sender.domain.rpartition('.')[2]}"
    yield f"from:domain:{host_shape(sender.domain)}"
    free = sender.owner in FREE
    yield f"from:free:{free}"
    yield from name_features(sender, free)


def name_features(sender: Sender, free: bool) -> Iterator[str]:
    name = sender.name
    if not name:
        yield "name:none"
        return
    lowered = name.lower()
    if "@" in name:
        yield (
            "name:address"
            if lowered.strip("\"' ") == f"{sender.local}@{sender.domain}".lower()
            else "name:other-address"
        )
    if name.isupper():
        yield "name:capitals"
    if not name.isascii():
        yield "name:beyond-ascii"
    said = [word for word in "".join([c if c.isalnum() else " " for c in lowered]).split() if len(word) >= SHORTEST]
    place = sender.domain.replace("-", "")
    fits = any(word in place for word in said[:NAME_WORDS])
    in_local = any(word in sender.local.lower() for word in said[:NAME_WORDS])
    yield f"name:fits:{fits}:{in_local}:{free}"
    yield f"name:words:{steps(len(name.split()))}"
    for word in said[:NAME_WORDS]:
        yield f"name:{word}"


def reply_features(sender: Sender, value: bytes | None) -> Iterator[str]:
    if value is None:
        yield "reply:none"
        return
    there = Sender(value)
    if there.domain == sender.domain:
        yield "reply:same" if there.local == sender.local else "reply:same-domain"
    elif there.owner == sender.owner:
        yield "reply:same-owner"
    else:
        yield f"reply:other:{there.owner in FREE}:{sender.owner in FREE}"


def identity_features(sender: Sender, value: bytes | None) -> Iterator[str]:
    """Of a Message-ID."""
    if value is None:
        yield "id:none"
        return
    text = value.decode("utf-8", "replace")[:NAME_LIMIT]
    local, at, domain = text.strip("<> ").rpartition("@")
    domain = domain.lower()
    if not at or not text.startswith("<"):
        yield "id:malformed"
    yield f"id:{shape(local)}"
    yield f"id:length:{steps(len(local))}"
    if domain == sender.domain:
        yield "id:same"
    else:
        yield "id:same-owner" if owner(domain) == sender.owner else f"id:other:{host_shape(domain)}"
    if sender.owner in FREE and owner(domain) != sender.owner:
        yield "id:free-but-other"


def first_value(fields: tuple[Field, ...], name: str) -> bytes | None:
    for one in fields:
        if one.name.lower() == name:
            return plain_value(one)
    return None


def mailer_features(fields: tuple[Field, ...]) -> Iterator[str]:
    """What program wrote it, without its version."""
    said = first_value(fields, "x-mailer") or first_value(fields, "user-agent")
    if said is None:
        yield "mailer:none"
        return
    text = said[:NAME_LIMIT].decode("utf-8", "replace").lower()
    words = "".join([c if c.isalpha() else " " for c in text]).split()
    yield f"mailer:{' '.join(words[:2])}"
    yield f"mailer:shape:{shape(said[:24].decode('utf-8', 'replace'))}"
    if first_value(fields, "organization") is not None:
        yield "organization"
