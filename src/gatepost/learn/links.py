"""Where does this mail lead, and how are its links written?"""

from collections.abc import Iterator, Sequence

from gatepost.learn.shapes import host_shape, owner, steps
from gatepost.model.inspection import Link

MOST = 40  # links that are looked at, one for each host and path first
WORDS = 12  # of one path
WORD = 20  # characters
URL_LIMIT = 300  # characters that are looked at
PARTS = str.maketrans(
    {mark: " " for mark in "/?&=.-_~%+:;,#!@$()[]{}|*'\"<>\\^`"} | {digit: "0" for digit in "123456789"}
)


def link_features(links: Sequence[Link], sender: str) -> Iterator[str]:
    """May name one thing more than once.

    Args:
        sender: who owns the domain of From.
    """
    owners = {owner(link.host) for link in links if link.host}
    images = sum("image" in link.traits for link in links)
    yield f"links:{steps(len(links) - images)}"
    yield f"images:{steps(images)}"
    yield f"owners:{steps(len(owners))}"
    if links:
        yield f"sender's:{sender in owners}:{len(owners) == 1}"
    for link in dict.fromkeys(links[:MOST]):
        yield from one_link(link, sender)


def one_link(link: Link, sender: str) -> Iterator[str]:
    is_image = "image" in link.traits
    before = "image" if is_image else link.source
    for trait in link.traits:
        yield f"{before}:{trait}"
    scheme, _, rest = link.url[:URL_LIMIT].partition(":")
    yield f"{before}:{scheme.lower()[:12]}"
    if link.host:
        yield f"{before}:top:{link.host.rpartition('.')[2]}"
        yield f"{before}:host:{host_shape(link.host)}:{owner(link.host) == sender}"
        for word in link.host.translate(PARTS).split()[:-1][-3:]:
            yield f"host:{word[:WORD]}"
        rest = rest.lstrip("/\\").partition("/")[2] if "/" in rest.lstrip("/\\") else ""
    yield f"{before}:length:{steps(len(link.url)) // 2}"
    if "?" in rest:
        yield f"{before}:query"
    said = rest.lower().translate(PARTS).split()
    yield f"{before}:path:{min(len(said), 6)}"
    for word in said[:WORDS]:
        yield f"path:{word[:WORD] if word.strip('0') else 0}"


def hosts(links: Sequence[Link]) -> Iterator[str]:
    """Who is led to, by name: only what a site has learned itself can tell."""
    for name in dict.fromkeys(owner(link.host) for link in links[:MOST] if link.host):
        yield f"leads-to:{name}"
