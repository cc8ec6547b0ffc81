"""Settings to what is held: where workers put it, where people look at it, how it gets out again."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.quarantine.files import FileQuarantine
from gatepost.adapters.quarantine.holdings import FileHoldings
from gatepost.adapters.quarantine.key import read_key
from gatepost.adapters.quarantine.release import Releasing
from gatepost.adapters.quarantine.upkeep import Upkeep
from gatepost.app.quarantine_lessons import QuarantineLessons
from gatepost.config.settings import Settings
from gatepost.gateway.clock import SystemClock
from gatepost.model.address import Address
from gatepost.ports.clock import Clock
from gatepost.ports.quarantine import Fate, Held, Holdings, Release, ReleaseEnd
from gatepost.ports.unavailable import Unavailable

CLOSING = 1.0  # seconds for QUIT to the backends


def quarantine_dir(settings: Settings) -> Path:
    """It may be the mount point of a disk of its own."""
    return settings.gateway.data_dir / "quarantine"


def file_quarantine(settings: Settings, clock: Clock) -> FileQuarantine:
    """Raises OSError, ValueError if the key cannot be read."""
    section = settings.quarantine
    return FileQuarantine(quarantine_dir(settings), section, clock, read_key(section.key_file))


def holdings(settings: Settings) -> FileHoldings:
    """Raises `Unavailable` if the key cannot be read."""
    try:
        return FileHoldings(quarantine_dir(settings), read_key(settings.quarantine.key_file))
    except (OSError, ValueError) as error:
        raise Unavailable(f"the key of the quarantine, {settings.quarantine.key_file}: {error}") from error


def upkeep(settings: Settings, clock: Clock) -> Upkeep:
    """Raises `Unavailable` if the key cannot be read."""
    return Upkeep(holdings(settings), settings.quarantine, clock)


def backend_for(settings: Settings, held: Held, to: Address | None) -> str | None:
    """Name of the backend that is responsible for the recipient; None if the configuration has none for him.

    For an address that is not ours it is the backend which would have had the message then.
    """
    domain = settings.domains.get((to or held.recipient).domain)
    if domain is not None:
        return domain.backend
    return held.backend if to is None and held.backend in settings.backends else None


async def released(
    settings: Settings, held: Holdings, chosen: Sequence[Held], who: str, to: Address | None = None,
    complain: Callable[[str], object] = str,
) -> AsyncIterator[Release]:  # fmt: skip
    """One after the other; each teaches the spam filter that it is ham. Raises `Unavailable` if one cannot be read.

    Args:
        complain: told why nothing could be taught.
    """
    pools: dict[str, Pool] = {}
    prefix, hostname = settings.gateway.header_prefix, settings.gateway.hostname
    lessons = QuarantineLessons(settings, complain)
    releasing = Releasing(held, pools, SystemClock(), prefix=prefix, who=who, learner=lessons)
    try:
        for each in chosen:
            name = backend_for(settings, each, to)
            if name is None:
                domain = (to or each.recipient).domain
                yield Release(each, ReleaseEnd.REFUSED, f"no backend is configured for the domain {domain}")
                continue
            if name not in pools:
                pools[name] = Pool(name, settings.backends[name], hostname)
            yield await releasing.release(each, name, to)
            await lessons.teach()
    finally:
        for pool in pools.values():
            await pool.close(CLOSING)


async def deleted(
    settings: Settings, held: Holdings, chosen: Sequence[Held], who: str, *, is_spam: bool,
    complain: Callable[[str], object] = str,
) -> list[Held]:  # fmt: skip
    """As they are then. Raises `Unavailable` if one cannot be read or written.

    Args:
        is_spam: each teaches the spam filter that it is.
        complain: told why nothing could be taught.
    """
    lessons, now = QuarantineLessons(settings, complain), SystemClock().now()
    done = []
    for each in chosen:
        if is_spam and each.fate is Fate.HELD:
            lessons.confirmed(each, held.content(each))
        done.append(held.settle(each, Fate.DELETED, now=now, by=who))
    await lessons.teach()
    return done
