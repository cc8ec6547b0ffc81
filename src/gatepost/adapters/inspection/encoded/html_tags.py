"""What does a tag of HTML do to the text around it, and where may it lead (HTML §13.1.2, §13.2.6)?"""

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
UNREAD = frozenset("script style title noframes noembed iframe".split())  # not shown, and no markup within
UNSEEN = frozenset(("template", "datalist"))
BREAKS = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section summary table tbody tfoot "
    "thead tr ul".split()
)
CELLS = frozenset(("td", "th"))
CLOSES_P = (BREAKS - {"br", "body", "html", "option", "caption", "tbody", "tfoot", "thead", "tr", "legend"}) | {"p"}
# Which open elements end where this one begins, and which are a wall to that.
ENDS = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "menu", "table"))),
    "dt": (frozenset(("dt", "dd")), frozenset(("dl", "table"))),
    "dd": (frozenset(("dt", "dd")), frozenset(("dl", "table"))),
    "option": (frozenset(("option",)), frozenset(("select", "datalist"))),
    "td": (CELLS, frozenset(("tr", "table"))),
    "th": (CELLS, frozenset(("tr", "table"))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
    "tbody": (frozenset(("tbody", "thead", "tfoot")), frozenset(("table",))),
}
P_ENDS = (frozenset(("p",)), frozenset(("table", "td", "th", "button", "caption")))
WALLS = frozenset(("table", "td", "th", "caption"))  # an end tag does not reach out of them
TABLE = frozenset("table tbody thead tfoot tr td th caption".split())
# They go on where what they stand in has ended without them (§13.2.4.3).
FORMATTING = frozenset("b big code em font i s small strike strong tt u".split())

LOADED = {  # attributes whose URL is loaded, not followed
    "img": "src srcset", "input": "src", "link": "href", "body": "background", "table": "background",
    "td": "background", "th": "background", "source": "src srcset", "video": "src poster", "audio": "src",
    "embed": "src", "object": "data", "image": "href xlink:href", "v:fill": "src", "v:imagedata": "src",
    "use": "href xlink:href", "script": "src",
}  # fmt: skip
FOLLOWED = {
    "area": "href", "form": "action", "button": "formaction", "input": "formaction", "iframe": "src", "frame": "src",
    "v:rect": "href", "v:roundrect": "href", "v:shape": "href",
}  # fmt: skip
SUBMIT = frozenset(("submit", "button", "reset"))
Traits = tuple[str, ...]
IMAGE: Traits = ("image",)
FORM: Traits = ("form",)


def lead(attributes: str, traits: Traits) -> tuple[tuple[str, Traits], ...]:
    return tuple([(name, FORM if name.endswith("action") else traits) for name in attributes.split()])


# By tag: attributes with a URL, and what is to be said of it.
LEADS = {tag: lead(LOADED.get(tag, ""), IMAGE) + lead(FOLLOWED.get(tag, ""), ()) for tag in (*LOADED, *FOLLOWED)}


def refresh_url(content: str) -> str:
    """Of `<meta http-equiv=refresh>`: "" if it names none."""
    _, found, url = content.partition("=") if "url" in content.lower() else ("", "", "")
    return url.strip(" '\"") if found else ""


def first_source(value: str) -> str:
    """Of a `srcset`."""
    return value.strip(" ,\t\r\n").partition(" ")[0].rstrip(",")
