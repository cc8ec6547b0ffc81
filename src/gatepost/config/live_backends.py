"""Do the mail servers behind the gateway answer, and do they take what the listeners offer?"""

import asyncio
from collections.abc import Iterator, Mapping

from gatepost.adapters.backend.pool import Pool, Probe
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.backend.tls import BadCertificate
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.model.stage import Role
from gatepost.ports.backend import Extensions
from gatepost.syntax.units import size_text

MARGIN = 64 * 1024  # octets that our own header fields may add (ARCHITECTURE §5 rule 11)
WANTED = (
    ("eight_bit_mime", "8BITMIME"),
    ("smtputf8", "SMTPUTF8"),
    ("dsn", "DSN"),
    ("pipelining", "PIPELINING"),
)


async def probe_backends(loaded: Loaded) -> list[Problem]:
    """Every host of every backend is asked for its EHLO, and for TLS where it may speak it."""
    backends = loaded.settings.backends
    answers = await asyncio.gather(*(probe(loaded, name, settings) for name, settings in backends.items()))
    problems: list[Problem] = []
    for (name, settings), (probes, verified) in zip(backends.items(), answers, strict=True):
        problems += judged(loaded, name, settings, probes, verified)
    sizes = {name: smallest_size(probes) for name, (probes, _) in zip(backends, answers, strict=True)}
    return problems + list(too_large(loaded, sizes))


Answers = tuple[tuple[Probe, ...], tuple[Probe, ...]]
"""By the settings, and with verified TLS where the settings do not ask for it."""


async def probe(loaded: Loaded, name: str, settings: BackendSettings) -> Answers:
    as_set = await ask(loaded, name, settings)
    if settings.tls != "opportunistic" or not any(answer.tls for answer in as_set):
        return as_set, ()
    return as_set, await ask(loaded, name, settings.model_copy(update={"tls": "required"}))


async def ask(loaded: Loaded, name: str, settings: BackendSettings) -> tuple[Probe, ...]:
    try:
        pool = Pool(name, settings, loaded.settings.gateway.hostname)
    except BadCertificate as error:
        return tuple(Probe(str(host), error=str(error)) for host in settings.hosts)
    try:
        return await pool.probe()
    finally:
        await pool.close(1.0)


def judged(
    loaded: Loaded, name: str, settings: BackendSettings, probes: tuple[Probe, ...], verified: tuple[Probe, ...]
) -> Iterator[Problem]:
    failed = [answer for answer in probes if answer.error]
    for i, answer in enumerate(probes):
        if answer.error:
            severity = Severity.ERROR if len(failed) == len(probes) else Severity.WARNING
            message = f"{answer.host} is not ready for mail: {answer.error}"
            fix = "Correct the address, start the server, or open the firewall from this machine to it."
            yield finding(loaded, "backend.unreachable", ("backends", name, "hosts", i), message, fix, severity)
    answering = [answer for answer in probes if not answer.error]
    if not answering:
        return
    yield from encryption(loaded, name, settings, answering, verified)
    missing = [word for key, word in WANTED if not all(getattr(answer.extensions, key) for answer in answering)]
    if missing:
        message = f"does not offer {', '.join(missing)}: the gateway does not offer it to clients either"
        if missing == ["PIPELINING"]:
            message = "does not offer PIPELINING: each message takes some round trips more"
        yield finding(loaded, "backend.extensions", ("backends", name, ""), message, "", Severity.INFO)


def encryption(
    loaded: Loaded, name: str, settings: BackendSettings, probes: list[Probe], verified: tuple[Probe, ...]
) -> Iterator[Problem]:
    path = ("backends", name, "tls")
    in_clear = [answer.host for answer in probes if answer.tls is None]
    if in_clear and settings.tls == "opportunistic":
        message = f"{', '.join(in_clear)} offers no STARTTLS: mail goes there in clear"
        yield finding(loaded, "backend.clear", path, message, "Give the mail server a certificate.", Severity.INFO)
    if verified:
        unverified = [answer.error for answer in verified if answer.error]
        if unverified:
            message = f"TLS is used unverified; a verified one fails: {unverified[0]}"
            fix = 'For tls = "required" set ca_file and server_name to what the certificate says.'
        else:
            message, fix = "the certificate of every host verifies", 'Set tls = "required".'
        yield finding(loaded, "backend.unverified", path, message, fix, Severity.INFO)


def smallest_size(probes: tuple[Probe, ...]) -> int | None:
    """The least that a host takes; None where none says."""
    offers: list[Extensions] = [answer.extensions for answer in probes if not answer.error]
    return min((offer.size for offer in offers if offer.size), default=None)


def too_large(loaded: Loaded, sizes: Mapping[str, int | None]) -> Iterator[Problem]:
    """Listeners that would take more than the server behind them does."""
    behind = {domain.backend for domain in loaded.settings.domains.values()}
    for name, listener in loaded.settings.listeners.items():
        backends = behind if listener.role is Role.INBOUND else behind | {listener.relay}
        for backend in sorted(b for b in backends if b):
            size = sizes.get(backend)
            if size is not None and size - MARGIN < listener.limits.message_size:
                yield finding(
                    loaded,
                    "backend.size",
                    ("listeners", name, "limits", "message_size"),
                    f"[backends.{backend}] takes {size_text(size)}: the gateway advertises 64 KiB less than that, "
                    f"not {size_text(listener.limits.message_size)}",
                    "Raise the limit of the mail server, or lower message_size.",
                )
