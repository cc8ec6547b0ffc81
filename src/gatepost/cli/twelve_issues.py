"""Which settings answer the twelve issues of a hardened gateway, which are off, and what is not built yet?

The issues are those of the paper that the gateway goes back to (docs: "The twelve issues"). A setting that is off
is said to be off, a check in shadow to be in shadow; a feature that does not exist is never said to be on.
"""

from collections.abc import Callable, Iterator
from enum import Enum

from msgspec import Struct

from gatepost.checks.own_domain import Mode
from gatepost.config.settings import Settings
from gatepost.engine.catalogue import check_classes
from gatepost.gateway.listener_settings import ListenerSettings
from gatepost.model.stage import Role
from gatepost.syntax.units import duration_text, size_text


class State(Enum):
    """Of one answer to an issue."""

    ON = "on"
    SHADOW = "shadow"  # recorded, not enforced
    OFF = "off"
    MISSING = "not built yet"


class Answer(Struct, frozen=True):
    """One thing that answers an issue: where it is set, and what it says."""

    state: State
    setting: str
    says: str


class Issue(Struct, frozen=True, kw_only=True):
    """One issue, with all that answers it."""

    number: str
    title: str
    answers: tuple[Answer, ...]

    @property
    def summary(self) -> str:
        """answered, partly answered, open."""
        on = sum(answer.state is State.ON for answer in self.answers)
        if on == len(self.answers):
            return "answered"
        return "partly answered" if on else "open"

    @property
    def count(self) -> int:
        """How many of the twelve it stands for."""
        return len(self.number.split(","))


class Look:
    """One configuration under one look.

    Args:
        settings: all of it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sections = settings.checks.sections()
        self.inbound = {n: s for n, s in settings.listeners.items() if s.role is Role.INBOUND}

    def check(self, name: str, says: str, *rules: str) -> Answer:
        """A check, with the shipped rules that act on what it finds (one of the same name if none is named)."""
        policy, section = self.settings.policy, self.sections[name]
        hard = check_classes()[name].spec.hard
        if not section.enabled or (rules and set(rules) <= set(policy.disabled)):
            state = State.OFF
        elif section.shadow or (self.settings.profile == "monitor" and not hard) or set(rules) & set(policy.shadow):
            state = State.SHADOW
        else:
            state = State.ON
        return Answer(state, f"[checks.{name}]", says)

    def listeners(self, part: str, says: Callable[[ListenerSettings], tuple[bool, str]]) -> Iterator[Answer]:
        """One answer for each inbound listener; one that is off if there is none."""
        for name, section in self.inbound.items():
            is_on, text = says(section)
            yield Answer(on_or_off(is_on), f"[listeners.{name}{'.' + part if part else ''}]", text)
        if not self.inbound:
            yield Answer(State.OFF, "[listeners]", "there is no inbound listener")


def on_or_off(is_on: bool) -> State:
    return State.ON if is_on else State.OFF


def always(says: str) -> Answer:
    """Cannot be switched off."""
    return Answer(State.ON, "always", says)


def missing(says: str) -> Answer:
    return Answer(State.MISSING, "", says)


def issues(settings: Settings) -> tuple[Issue, ...]:
    """All twelve, in the paper's order; the first two have one answer."""
    look = Look(settings)
    return tuple(Issue(number=number, title=title, answers=tuple(answers(look))) for number, title, answers in ISSUES)


# ── 1 to 3: commands ─────────────────────────────────────────────────────────
def overflows(look: Look) -> Iterator[Answer]:
    yield always("clients' octets never reach the mail server: commands are parsed, judged and said anew")
    yield from look.listeners("commands", longest_lines)


def longest_lines(listener: ListenerSettings) -> tuple[bool, str]:
    longest = max(listener.commands.values(), default=0)
    reaction = "refused" if listener.policies.on_overlength == "refuse" else "dropped"
    return True, f"each verb has its longest line, none over {longest} octets; a longer one is {reaction}"


def unnecessary_commands(look: Look) -> Iterator[Answer]:
    yield always("a verb that is in no table is denied, and EHLO offers only what the table allows")
    yield from look.listeners("commands", verbs)


def verbs(listener: ListenerSettings) -> tuple[bool, str]:
    enabled = sorted(verb for verb, length in listener.commands.items() if length)
    return True, f"enabled: {' '.join(enabled)}"


# ── 4 and 5: content ─────────────────────────────────────────────────────────
def viruses(look: Look) -> Iterator[Answer]:
    engines = getattr(look.sections["antivirus"], "engines", ())
    yield look.check("antivirus", "malware by the rules that come with the gateway", "virus", "malware-rule")
    state = look.check("antivirus", "", "virus").state if engines else State.OFF
    yield Answer(state, "[engines]", f"antivirus engines: {', '.join(engines) or 'none'}")
    yield look.check("mime", "what a message holds, in every way in which it can be read, in archives too")
    yield look.check("attachments", "attachments by their real type; macros")


def receipts(look: Look) -> Iterator[Answer]:
    yield look.check("hops", f"loops: {hops(look)}", "mail-loop")
    yield missing("read receipts, out-of-office and automatic replies filtered by the remote domain")


def hops(look: Look) -> str:
    numbers = sorted({section.limits.hops for section in look.settings.listeners.values()})
    return f"at most {' or '.join(map(str, numbers))} Received fields"


# ── 6: enumeration ───────────────────────────────────────────────────────────
def enumeration(look: Look) -> Iterator[Answer]:
    yield from recipient_lookup(look)
    yield look.check("harvest", "a client that guesses names waits longer, then is refused", *HARVEST_RULES)
    yield from look.listeners("tarpit", tarpit)
    yield always("VRFY is answered 252 whoever is asked for, EXPN is not offered")


HARVEST_RULES = ("harvest-detected", "harvest-suspected")


def recipient_lookup(look: Look) -> Iterator[Answer]:
    for name, domain in look.settings.domains.items():
        is_on = domain.recipients != "any"
        says = f"recipients are looked up in {domain.recipients}" if is_on else "every recipient is taken"
        yield Answer(on_or_off(is_on), f'[domains."{name}"] recipients', says)


def tarpit(listener: ListenerSettings) -> tuple[bool, str]:
    pit = listener.tarpit
    return pit.delay > 0, f"5xx replies wait {duration_text(pit.delay)}, growing to {duration_text(pit.maximum)}"


# ── 7 and 8: engine, network ─────────────────────────────────────────────────
def engine(look: Look) -> Iterator[Answer]:
    yield always(
        "a small protocol core without I/O; bare CR and LF, false ends of data and pipelining tricks are refused"
    )
    yield from look.listeners("policies", bare_line_feeds)


def bare_line_feeds(listener: ListenerSettings) -> tuple[bool, str]:
    policies = listener.policies
    if policies.bare_lf == "refuse":
        return True, "a bare line feed in DATA is refused"
    return True, "a bare line feed in DATA is made CRLF, so that both servers see the same"


def packets(look: Look) -> Iterator[Answer]:
    yield missing("network sensor (scans, land, ping of death) and blocking by nftables")


# ── 9: unsolicited mail ──────────────────────────────────────────────────────
def unsolicited(look: Look) -> Iterator[Answer]:
    yield from recipient_lookup(look)
    section = look.sections["spam"]
    action, threshold = getattr(section, "gateway_action", "none"), getattr(section, "gateway_threshold", 0)
    done = f"; {action} from {threshold}" if action != "none" else ""
    yield look.check("spam", f"spam confidence level at the end of data{done}")
    engines = getattr(look.sections["second_opinion"], "engines", ())
    state = look.check("second_opinion", "").state if engines else State.OFF
    yield Answer(state, "[engines]", f"other spam engines: {', '.join(engines) or 'none'}")
    policy = look.settings.policy
    text = (
        f"by points of the checks there are: refused from {policy.reject_score:g}"
        if policy.reject_score
        else "by points"
    )
    yield Answer(on_or_off(policy.reject_score > 0), "[policy] reject_score", text)
    yield look.check("dnsbl", "DNS block lists", "dnsbl")
    yield look.check("greylist", "greylisting", "greylisted")


# ── 10: spoofing ─────────────────────────────────────────────────────────────
def spoofing(look: Look) -> Iterator[Answer]:
    yield look.check("own_domain", own_domain(look), "own-domain")
    yield look.check("helo", "strangers may not call themselves by our names", *HELO_RULES)
    yield look.check("author", "From names one clear author, or the message is refused", "unclear-author")
    yield look.check("spf", f"SPF; a fail alone: {look.settings.policy.spf_fail}")
    yield look.check("dkim", "DKIM signatures")
    yield look.check("arc", "seals of those who passed it on (ARC)")
    yield look.check("dmarc", "what the author's domain asks for (DMARC)", "dmarc-reject", "dmarc-quarantine")
    yield look.check("impersonation", "display names of protected people")
    yield look.check("lookalike", "domains that look like ours or a partner's")


def own_domain(look: Look) -> str:
    mode = getattr(look.sections["own_domain"], "mode", None)
    unless = "" if mode is Mode.ALWAYS else ", unless SPF, DKIM or DMARC vouches for it"
    return f"strangers may not send in the name of our own domains{unless}"


HELO_RULES = ("helo-own-name", "helo-own-address", "helo-loopback")


# ── 11: floods ───────────────────────────────────────────────────────────────
def floods(look: Look) -> Iterator[Answer]:
    yield from look.listeners("limits", connections)
    yield from look.listeners("limits", sizes)
    yield from look.listeners("limits", times)
    yield look.check("rate", "connections a minute of one client and of its network", "rate-client", "rate-network")
    yield look.check("rate_messages", "messages an hour of one client", "rate-messages")
    yield look.check("rate_recipients", "recipients an hour of one client", "rate-recipients")
    yield look.check("hops", hops(look), "mail-loop")
    yield look.check("early_talker", "who talks before the greeting is dropped", "early-talker")


def connections(listener: ListenerSettings) -> tuple[bool, str]:
    limits = listener.limits
    return True, (
        f"{limits.connections:,} connections, {limits.connections_per_client} of one client, "
        f"{limits.tarpitted:,} in the tar pit"
    )


def sizes(listener: ListenerSettings) -> tuple[bool, str]:
    limits = listener.limits
    return True, (
        f"{size_text(limits.message_size)} a message, {size_text(limits.session_size)} and "
        f"{limits.messages_per_connection} messages a connection, {limits.recipients_per_message} recipients"
    )


def times(listener: ListenerSettings) -> tuple[bool, str]:
    limits = listener.limits
    return limits.data_rate > 0, (
        f"{duration_text(limits.idle)} idle, {duration_text(limits.session)} a session, "
        f"{limits.data_rate} octets a second in DATA"
    )


# ── 12: banner ───────────────────────────────────────────────────────────────
def banner(look: Look) -> Iterator[Answer]:
    yield always("no product, version or build on the wire or in added header fields")
    yield from look.listeners("", configured_banner)


def configured_banner(listener: ListenerSettings) -> tuple[bool, str]:
    return True, f'banner = "{listener.banner}"'


ISSUES: tuple[tuple[str, str, Callable[[Look], Iterator[Answer]]], ...] = (
    ("1, 2", "Overflows of SMTP commands, known and unknown", overflows),
    ("3", "Unnecessary commands", unnecessary_commands),
    ("4", "Viruses, trojans, worms", viruses),
    ("5", "Enumeration by receipts; mail loops", receipts),
    ("6", "Account enumeration and directory harvesting", enumeration),
    ("7", "Immature SMTP engines", engine),
    ("8", "Attacks on the TCP layer", packets),
    ("9", "Unsolicited mail", unsolicited),
    ("10", "Spoofed senders", spoofing),
    ("11", "Floods of packets, sessions and messages", floods),
    ("12", "Exploits that go by the banner", banner),
)
