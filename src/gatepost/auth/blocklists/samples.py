"""Lists to show a check: for its worked examples, and for tests."""

from collections.abc import Mapping
from typing import Any

from gatepost.auth.blocklists.listing import Hit, Listings
from gatepost.auth.blocklists.settings import DEFAULT_TEXT, What

Data = dict[str, Any]  # a TOML table, not yet validated; or a world
TESTED = {"2.0.0.127": "127.0.0.2", "test": "127.0.0.2"}
ON_A_LIST = Listings(
    (
        Hit(
            list="bl.example", what=What.CLIENT, listed="192.0.2.99", answers="127.0.0.2", points=5.0,
            reason="sends spam", text=DEFAULT_TEXT,
        ),
    )
)  # fmt: skip
"""What is known when the client of `gatepost.model.samples` is on a list."""


def asking(*lists: Data, **more: object) -> Data:
    """A section `[checks.dnsbl]` with these lists."""
    return {"enabled": True, "lists": lists, **more}


def answers(zone: str, names: Mapping[str, str]) -> Data:
    """A world in which a list answers so to these names, and has what it must have; "" takes a name out."""
    said = TESTED | dict(names)
    return {"dns": {f"{name}.{zone}": {"A": [answer]} for name, answer in said.items() if answer}}
