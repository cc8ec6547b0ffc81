"""Which settings of a listener will hurt mail, or help an attacker? (PRODUCT, "Where the paper must not be copied")"""

import re
from collections.abc import Callable, Iterator

from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity, value_at
from gatepost.config.source import Path
from gatepost.gateway.listener_settings import LENGTHS, RECOMMENDED, ListenerSettings
from gatepost.model.stage import Role
from gatepost.syntax.units import duration_text, size_text

RECIPIENTS_FLOOR = 100  # RFC 5321 §4.5.3.1.8
HOPS_FLOOR = 30  # Exchange Online and list servers add a dozen (PRODUCT)
IDLE_FLOOR = 300.0  # seconds a server waits for a command (RFC 5321 §4.5.3.2.7)
TARPIT_CEILING = 240.0  # seconds; clients wait 5 minutes for a reply (RFC 5321 §4.5.3.2.2)
CONNECTIONS_FLOOR = 200
SIZE_FLOOR = 25 * 1000 * 1000  # octets; what large providers let their users send
FLOOD = 100  # clients that the tar pit should stand at their full rate
SUBMISSIONS_PORT = 465
PRODUCT = re.compile(
    r"gatepost|postfix|sendmail|exim|qmail|microsoft|exchange|windows|linux|debian|ubuntu|version|\bv?\d+\.\d",
    re.IGNORECASE,
)
INDISPENSABLE = (("EHLO", "HELO"), ("MAIL",), ("RCPT",), ("DATA", "BDAT"))
"""Of each at least one."""

EXPECTED = ("EHLO", "HELO", "RSET", "NOOP", "QUIT", "STARTTLS", "BDAT", "VRFY", "XEXCH50")
"""Verbs that clients with honest mail send."""

SERVED = RECOMMENDED | {"HELP"}
"""Verbs that mean something here; any other that is enabled is held to its length and then answered 502."""

At = Callable[..., Problem]


def lint_listener(loaded: Loaded, name: str, listener: ListenerSettings) -> Iterator[Problem]:
    def at(rule: str, path: Path, message: str, fix: str, severity: Severity = Severity.WARNING) -> Problem:
        return finding(loaded, rule, ("listeners", name, *path), message, fix, severity)

    for lint in EVERY_ROLE:
        yield from lint(listener, at)
    yield from unserved(value_at(loaded.raw, ("listeners", name, "commands")), at)
    if listener.role is Role.INBOUND:
        for lint in INBOUND:
            yield from lint(listener, at)
        yield from tarpit_capacity(loaded, listener, at)
    else:
        yield from relaying(listener, at)


def limits(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    limit = listener.limits
    if limit.session_size < limit.message_size:
        yield at(
            "limits.session-size",
            ("limits", "session_size"),
            f"a message may have {size_text(limit.message_size)}, all messages of a connection only "
            f"{size_text(limit.session_size)}",
            f'Set session_size = "{size_text(limit.message_size)}" or more.',
        )
    if limit.connections_per_client > limit.connections:
        yield at(
            "limits.per-client",
            ("limits", "connections_per_client"),
            f"one client may hold all {limit.connections} connections",
            "Set it to a small part of connections.",
        )
    if limit.session < limit.idle:
        yield at(
            "limits.session",
            ("limits", "session"),
            f"a connection ends after {duration_text(limit.session)}, before idle = {duration_text(limit.idle)} can",
            f'Set session = "{duration_text(max(limit.idle * 4, 60))}", or a shorter idle.',
        )
    if not limit.data_rate:
        yield at(
            "limits.data-rate",
            ("limits", "data_rate"),
            "a client may send a message as slowly as it likes and holds the connection",
            "Set data_rate = 256.",
        )


def honest_senders(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    """Limits that today's senders do not keep."""
    limit = listener.limits
    floors: tuple[tuple[bool, str, str, str], ...] = (
        (
            limit.recipients_per_message < RECIPIENTS_FLOOR,
            "recipients_per_message",
            f"{limit.recipients_per_message} recipients are fewer than senders may expect (RFC 5321 §4.5.3.1.8)",
            "Set recipients_per_message = 100 or more.",
        ),
        (
            limit.hops < HOPS_FLOOR,
            "hops",
            f"mail through Microsoft 365 and lists has more than {limit.hops} Received fields: it is refused as a loop",
            "Set hops = 100 (RFC 5321 §6.3).",
        ),
        (
            limit.idle < IDLE_FLOOR,
            "idle",
            f"clients may pause longer than {duration_text(limit.idle)} between commands (RFC 5321 §4.5.3.2.7)",
            'Set idle = "5m" or more.',
        ),
        (
            limit.connections < CONNECTIONS_FLOOR,
            "connections",
            f"{limit.connections} connections are used up by a few slow senders, and others are turned away",
            "Set connections = 2000.",
        ),
        (
            limit.message_size < SIZE_FLOOR,
            "message_size",
            f"messages of more than {size_text(limit.message_size)} are common",
            'Set message_size = "35MiB": 25 MB of attachments, encoded.',
        ),
    )
    for is_below, key, message, fix in floors:
        if is_below:
            yield at(f"limits.{key.replace('_', '-')}", ("limits", key), message, fix)


def verbs(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    table = listener.commands
    for choice in INDISPENSABLE:
        if not any(table.get(verb) for verb in choice):
            message = f"without {' or '.join(choice)} no mail can be taken"
            yield at(
                "commands.indispensable", ("commands", choice[0]), message, f"Set {choice[0]} = true.", Severity.ERROR
            )
    if listener.policies.on_disabled == "drop":
        for verb in EXPECTED:
            if not table.get(verb):
                yield at(
                    "commands.drop",
                    ("commands", verb),
                    f'honest clients send {verb}, and on_disabled = "drop" closes on them: they come back for days',
                    f'Set {verb} = true, or on_disabled = "refuse".',
                )


def unserved(written: object, at: At) -> Iterator[Problem]:
    """Verbs that the operator, not a profile, has enabled although nothing here carries them out."""
    for verb, setting in written.items() if isinstance(written, dict) else ():
        if setting and verb.upper() not in SERVED:
            yield at(
                "commands.unserved",
                ("commands", verb),
                f"{verb} is not built: within its length it is answered 502, as if it were disabled",
                f"Set {verb} = false.",
            )


def lengths(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    for verb in ("EHLO", "HELO", "MAIL", "RCPT"):
        if 0 < listener.commands.get(verb, 0) < LENGTHS[verb]:
            yield at(
                "commands.length",
                ("commands", verb),
                f"{verb} may have {LENGTHS[verb]} octets (RFC 5321 §4.5.3.1), and senders with long names do",
                f"Set {verb} = {LENGTHS[verb]}.",
            )


def banner(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    found = PRODUCT.search(listener.banner)
    if found:
        yield at(
            "banner",
            ("banner",),
            f'"{found[0]}" tells an attacker which exploits to try',
            'Set banner = "ESMTP" or any text without product and version.',
        )


def tls(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    mode = listener.tls.mode if listener.tls.is_on else "off"
    if not listener.tls.is_on:
        yield at(
            "tls.off",
            ("tls",),
            "mail from the Internet comes in clear",
            'Set tls = { certificates = [{ certificate = "…", key = "…" }] }.',
        )
    if listener.tls.required:
        yield at(
            "tls.required",
            ("tls", "required"),
            "a public mail server must not require TLS of everybody (RFC 3207 §4): such mail is lost",
            "Require it with required_from or required_sender_domains.",
        )
    for bind in listener.bind:
        if (bind.port == SUBMISSIONS_PORT) != (mode == "implicit") and (
            mode == "implicit" or bind.port == SUBMISSIONS_PORT
        ):
            yield at(
                "tls.port",
                ("bind",),
                f'port {bind.port} with tls.mode = "{mode}": clients expect TLS from the first octet on port 465 only',
                'Set mode = "implicit" on port 465 and "starttls" elsewhere.',
            )


def smuggling(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    if listener.policies.bare_lf == "normalize":
        yield at(
            "policies.bare-lf",
            ("policies", "bare_lf"),
            "a bare line feed from any client becomes CRLF: half of an SMTP smuggling attack",
            'Set bare_lf = "refuse", and list old clients of yours in bare_lf_from.',
        )


def tarpit_delay(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    if listener.tarpit.maximum > TARPIT_CEILING:
        yield at(
            "tarpit.maximum",
            ("tarpit", "maximum"),
            f"clients wait 5 minutes for a reply (RFC 5321 §4.5.3.2): after {duration_text(listener.tarpit.maximum)} "
            "an honest one with one wrong recipient has gone",
            'Set maximum = "120s".',
        )


def tarpit_capacity(loaded: Loaded, listener: ListenerSettings, at: At) -> Iterator[Problem]:
    """Delay × rate against room: a full tar pit drops, and honest clients with one wrong recipient are among them."""
    if not listener.tarpit.delay:
        return
    rate = getattr(loaded.settings.checks.sections().get("rate"), "connections_per_minute", 0)
    held = rate * listener.tarpit.maximum / 60 if rate else listener.limits.connections_per_client
    waiting = round(FLOOD * held)
    if waiting > listener.limits.tarpitted:
        pace = f"at {rate} connections a minute" if rate else "without a rate limit"
        yield at(
            "tarpit.capacity",
            ("limits", "tarpitted"),
            f"{FLOOD} clients {pace}, held up to {duration_text(listener.tarpit.maximum)}, are {waiting} connections "
            f"in the tar pit; it holds {listener.limits.tarpitted} and is then full",
            f"Set tarpitted = {waiting}, a shorter tarpit.maximum, or a lower checks.rate.connections_per_minute.",
        )


def relaying(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    if listener.relay is None:
        yield at(
            "listener.no-relay",
            ("",),
            "without relay only mail to our own domains is taken",
            'Set relay = "…", the name of the backend that sends mail out.',
        )
    for network in listener.relay_from:
        if not network.prefixlen:
            yield at(
                "listener.open-relay",
                ("relay_from",),
                f"{network} is everybody: an open relay",
                "List the networks of your own hosts.",
                Severity.ERROR,
            )


def proxies(listener: ListenerSettings, at: At) -> Iterator[Problem]:
    for network in listener.proxy_protocol:
        if not network.prefixlen:
            yield at(
                "listener.proxy",
                ("proxy_protocol",),
                f"with {network} every client may say what its address is",
                "List the addresses of your load balancers.",
                Severity.ERROR,
            )


Lint = Callable[[ListenerSettings, At], Iterator[Problem]]
EVERY_ROLE: tuple[Lint, ...] = (limits, verbs, lengths, banner, proxies)
INBOUND: tuple[Lint, ...] = (honest_senders, tls, smuggling, tarpit_delay)
