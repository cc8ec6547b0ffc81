"""What does a document refer to outside itself (ECMA-376 part 2, §6.5), and is it fetched without being asked for?"""

from collections.abc import Iterator

from gatepost.adapters.inspection.documents.addresses import host_of, is_share, links
from gatepost.adapters.inspection.documents.packages import remote
from gatepost.adapters.inspection.documents.xml_tags import tags
from gatepost.model.inspection import Link, Trait
from gatepost.model.traits import REMOTE

MOST = 500  # of one part
ON_CLICK = frozenset({"hyperlink"})
ON_QUESTION = frozenset({"externallinkpath", "xlexternallinkpath", "externallink"})  # cells of another workbook
ONLY_SHARES = frozenset({"image", "audio", "video", "media"})  # over the web a picture; over SMB a password as well


def dangers(octets: bytes) -> Iterator[Trait | Link]:
    count = 0
    for tag in tags(octets):
        if tag.name == "Relationship" and tag.attributes.get("TargetMode", "").lower() == "external":
            yield from leads(tag.attributes.get("Type", ""), tag.attributes.get("Target", ""))
            count += 1
            if count >= MOST:
                return


def leads(kind: str, target: str) -> Iterator[Trait | Link]:
    host, word = host_of(target), kind.rpartition("/")[2].lower()
    if not host:
        return
    yield from links(target, "office")
    if word in ON_QUESTION:
        yield Trait(REMOTE, f"{word}: {host}"[:120])
    elif word not in ON_CLICK and (word not in ONLY_SHARES or is_share(target)):
        yield remote(target, word)
