"""What is in an Outlook message file (MS-OXMSG): texts, attachments, messages attached?"""

from collections.abc import Iterator

from gatepost.adapters.inspection.documents.storage import Storage, Stream
from gatepost.adapters.inspection.opened import Member
from gatepost.mime.rtf_compressed import BadCompressedRtf, rtf
from gatepost.model.inspection import Trait
from gatepost.model.traits import UNREADABLE

PREFIX = "__substg1.0_"
NAMED = "__nameid_version1.0"  # a storage of names: its streams are called like bodies, and hold no words
ATTACHMENT = "__attach_version1.0_#"
BODIES = {
    "1000001e": ("body.txt", "text/plain"), "1000001f": ("body.txt", "text/plain"),
    "10130102": ("body.html", "text/html"), "1013001e": ("body.html", "text/html"),
    "1013001f": ("body.html", "text/html"), "10090102": ("body.rtf", "text/rtf"),
}  # fmt: skip
DATA = "37010102"
NAMES = (
    "3707001f",
    "3707001e",
    "3704001f",
    "3704001e",
    "3001001f",
    "3001001e",
)  # long, short, shown; wide before narrow
MOST_BESIDE = 200  # properties of one attachment
MEDIA_TYPE = ("370e001f", "370e001e")


def contents(storage: Storage) -> Iterator[Member | Trait]:
    for stream in storage.streams:
        if not stream.name.startswith(PREFIX) or NAMED in stream.storage:
            continue
        word = stream.name.removeprefix(PREFIX)
        if word in BODIES:
            try:
                yield body(storage, stream, word)
            except BadCompressedRtf as error:  # what is attached is to be seen all the same
                yield Trait(UNREADABLE, f"body: {error}")
        elif word == DATA and stream.storage and stream.storage[-1].startswith(ATTACHMENT):
            names = [text for name in NAMES if (text := property_of(storage, stream, name))]
            declared = next((text for name in MEDIA_TYPE if (text := property_of(storage, stream, name))), "")
            yield Member(names[0] if names else "", storage.read(stream), declared.lower())


def body(storage: Storage, stream: Stream, word: str) -> Member:
    name, declared = BODIES[word]
    octets = storage.read(stream)
    if declared == "text/rtf":
        octets = rtf(octets)
        storage.budget.room(len(octets))
    elif word.endswith("001f"):
        octets = octets.decode("utf-16-le", "replace").encode()
    return Member(name, octets, declared, alike=True)


def property_of(storage: Storage, beside: Stream, word: str) -> str:
    for stream in storage.within(beside.storage)[:MOST_BESIDE]:
        if stream.name == PREFIX + word:
            return (
                storage.read(stream).decode("utf-16-le" if word.endswith("f") else "latin-1", "replace").rstrip("\x00")
            )
    return ""
