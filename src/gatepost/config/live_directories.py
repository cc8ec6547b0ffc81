"""Do the directories answer, and can they tell one recipient from another?"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.backend.tls import BadCertificate
from gatepost.adapters.directory_callout import CalloutSettings, accepts_anybody
from gatepost.adapters.directory_file import BadList, FileDirectory, FileSettings
from gatepost.adapters.directory_ldap.settings import LdapSettings, missing
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.gateway.clock import SystemClock
from gatepost.model.address import Domain
from gatepost.ports.unavailable import Unavailable

T = TypeVar("T")
PATIENCE = 60.0  # seconds a directory may take to list everybody


def lint_lists(loaded: Loaded) -> Iterator[Problem]:
    """Directories in files; needs no network."""
    for name, settings in loaded.settings.directories.items():
        if not isinstance(settings, FileSettings):
            continue
        try:
            FileDirectory(settings)
        except BadList as error:
            message, colon, advice = str(error).partition(": write ")
            fix = f"Write {advice}." if colon else "The gateway does not start with such a list."
            yield finding(loaded, "directory.list", ("directories", name, "path"), message, fix, Severity.ERROR)
        except OSError:
            continue  # `files` has said so


async def probe_directories(loaded: Loaded) -> list[Problem]:
    """Callouts and LDAP servers, all at once."""
    probes = []
    for name, settings in loaded.settings.directories.items():
        if isinstance(settings, CalloutSettings):
            domains = [d for d, domain in loaded.settings.domains.items() if domain.recipients == name]
            probes += [callout(loaded, name, settings, Domain(domain)) for domain in domains]
        elif isinstance(settings, LdapSettings):
            probes.append(ldap(loaded, name, settings))
    return [problem for problems in await asyncio.gather(*probes) for problem in problems]


async def callout(loaded: Loaded, name: str, settings: CalloutSettings, domain: Domain) -> list[Problem]:
    """Whether the server takes a recipient that cannot exist, as Exchange 2013 and newer do on port 25."""
    path = ("directories", name, "backend")
    backend = loaded.settings.backends[settings.backend]
    try:
        pool = Pool(settings.backend, backend, loaded.settings.gateway.hostname)
    except BadCertificate:
        return []  # the backend's own probe has said so
    try:
        takes_all = await accepts_anybody(pool, domain)
    except Unavailable as error:
        message = f"cannot be asked for recipients of {domain}: {error}"
        fix = "See that the mail server is up, and that it answers RCPT from this machine."
        return [finding(loaded, "directory.unavailable", path, message, fix, Severity.ERROR)]
    finally:
        await pool.close(1.0)
    if not takes_all:
        return []
    message = f"[backends.{settings.backend}] takes any recipient in {domain}: with it nobody is unknown"
    fix = (
        "Exchange: use the port of the mailbox transport with recipient validation, or an LDAP directory instead; "
        "other servers: have them check recipients at RCPT."
    )
    return [finding(loaded, "directory.accepts-anybody", path, message, fix)]


async def ldap(loaded: Loaded, name: str, settings: LdapSettings) -> list[Problem]:
    path = ("directories", name, "urls")
    if absent := missing():
        message, _, advice = absent.partition(": write ")
        fix = f"Run {advice}."
        return [finding(loaded, "directory.ldap-missing", ("directories", name, "type"), message, fix, Severity.ERROR)]
    from gatepost.adapters.directory_ldap.survey import survey  # needs python-ldap

    try:
        found = await in_thread(lambda: survey(settings, SystemClock()))
    except OSError:
        return []  # a file that is named: `files` has said so
    except (Unavailable, ValueError) as error:
        fix = "See that the servers are up, that account and password are right, and that their certificate verifies."
        return [finding(loaded, "directory.unavailable", path, str(error), fix, Severity.ERROR)]
    if not found.addresses:
        message = "lists no recipient: all are refused"
        fix = "Correct base, schema, or what the account may read."
        return [finding(loaded, "directory.empty", ("directories", name, "base"), message, fix, Severity.ERROR)]
    message = f"lists {found.addresses} addresses of {found.recipients} recipients"
    return [finding(loaded, "directory.survey", ("directories", name, ""), message, "", Severity.INFO)]


async def in_thread(work: Callable[[], T]) -> T:
    """`work` in a thread that nobody waits for when it hangs. Raises `Unavailable` after `PATIENCE`."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(outcome: T | BaseException) -> None:
        if future.done():
            return
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    def run() -> None:
        try:
            outcome: T | BaseException = work()
        except Exception as error:  # goes on in the loop's thread
            outcome = error
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, daemon=True).start()
    limit = loop.call_later(PATIENCE, settle, Unavailable(f"no answer within {PATIENCE:.0f} seconds"))
    try:
        return await future
    finally:
        limit.cancel()
