"""Do links lead where they say, and to hosts that are wanted?

Asked of the whole message, of every URL that its inspection has found: in text, pages, PDF and office documents,
calendars and QR codes (RFC 3986). Tricks by which a link hides where it leads are evidence of a few points, since
honest newsletters use some of them; hosts on a list of yours are refused, held or marked. Block lists of domains are
asked by `dnsbl` with `what = ["link"]`. Nothing is ever fetched: Gatepost does not follow links.
"""

from typing import Literal

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec, Wish
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Finding, Kind
from gatepost.model.inspection import Inspection, Link
from gatepost.model.samples import found, message
from gatepost.model.stage import MessageStage
from gatepost.ports.lists import Entries, Lists
from gatepost.syntax.printable import printable

DETAIL_LIMIT = 120  # characters
OF_TRAIT = {
    "userinfo": Kind("links.userinfo", "A link begins with a name that is not its host: `http://bank@elsewhere`.", 2.0),
    "ip-host": Kind("links.ip_host", "A link leads to an address instead of a name.", 0.5),
    "mixed-script": Kind("links.mixed_script", "The host of a link mixes letters of several scripts.", 1.5),
    "text-differs": Kind("links.text_differs", "A link shows one domain and leads to another.", 0.3),
    "odd-scheme": Kind("links.odd_scheme", "A link starts a script or a program instead of leading anywhere.", 1.5),
    "data": Kind("links.data", "A link carries its own page with it.", 1.0),
    "obfuscated": Kind("links.obfuscated", "A link is written so that its host is not seen.", 0.5),
}
QR = Kind("links.qr", "A picture holds a link for a camera.", 0.5)
DENIED = Kind("links.denied", "A link leads to a host on your list.", 2.0)
OUTCOMES = {"reject": "refused", "quarantine": "held", "tag": "marked"}


class Config(CheckSettings):
    """Section `[checks.links]`."""

    deny: tuple[str, ...] = Field(
        (), description="Hosts that no link may lead to: `host.example`, `.example` with all below."
    )
    deny_file: str | None = Field(
        None, description="File with further ones, one a line, `#` for comments; read again when it changes."
    )
    action: Literal["reject", "quarantine", "tag"] = Field("reject", description="What becomes of such a message.")


def holding(*links: Link) -> MessageStage:
    return message(so_far=found(values=(Inspection(links=links),)))


class Links(Check[MessageStage]):
    """Looks at every link of the inspection."""

    spec = Spec(name="links", kinds=(*OF_TRAIT.values(), QR, DENIED), after=("mime",))
    examples = (
        *(
            Example(says=kind.summary, at=holding(Link(url="http://x", traits=(trait,))), finds=(kind.code,))
            for trait, kind in OF_TRAIT.items()
        ),
        Example(
            says="A picture holds a link.",
            at=holding(Link(url="http://shop.example", host="shop.example", source="qr")),
            finds=("links.qr",),
        ),
        Example(
            says="A link leads to a host below one on the list.",
            at=holding(Link(url="http://a.shop.example", host="a.shop.example")),
            config={"deny": (".shop.example",)},
            finds=("links.denied",),
        ),
        Example(
            says="An ordinary link.", at=holding(Link(url="http://shop.example", host="shop.example")), finds=()
        ),
    )  # fmt: skip

    def __init__(self, config: Config, lists: Lists) -> None:
        self.denied = lists.open(config.deny, config.deny_file, Entries.NAMES)

    @classmethod
    def wishes(cls, config: Config) -> tuple[Wish, ...]:
        text = "A link leads to a host that is not accepted here: {detail}"
        return (
            Wish(codes=(DENIED.code,), outcome=OUTCOMES[config.action], text=text if config.action == "reject" else ""),
        )

    def __call__(self, at: MessageStage) -> Report:
        inspection = at.so_far.value(Inspection)
        if inspection is None or not inspection.links:
            return NOTHING_FOUND
        firsts: dict[str, Finding] = {}
        for link in inspection.links:
            for kind in self.found(link):
                if kind.code not in firsts:
                    firsts[kind.code] = kind(printable(link.host or link.url, DETAIL_LIMIT))
        return Report(tuple(firsts.values())) if firsts else NOTHING_FOUND

    def found(self, link: Link) -> list[Kind]:
        kinds = [OF_TRAIT[trait] for trait in link.traits if trait in OF_TRAIT]
        if link.source == "qr":
            kinds.append(QR)
        if link.host and self.denied.has_name(link.host) is not None:
            kinds.append(DENIED)
        return kinds
