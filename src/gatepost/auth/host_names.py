"""Is what a client calls itself a name that can be looked up?"""


def host_name(said: str) -> str:
    """The HELO name in lower case; "" for an address literal, a single label, or an address without brackets.

    These are judged without asking anybody, by the check `helo`.
    """
    name = said.lower().removesuffix(".")
    last = name.rpartition(".")[2]
    return "" if name.startswith("[") or "." not in name or ":" in name or last.isdigit() else name
