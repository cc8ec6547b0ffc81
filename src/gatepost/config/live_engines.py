"""Do the antivirus engines answer, do they find what they must, and how old is what they know?"""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path as FilePath

from gatepost.adapters.engines.scanners import scanner_of
from gatepost.adapters.engines.settings import EngineSettings
from gatepost.adapters.engines.survey import Surveyed, survey
from gatepost.config.findings import finding
from gatepost.config.lint_engines import engines_asked
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.source import Path
from gatepost.gateway.clock import SystemClock
from gatepost.ports.scanner import Scanned
from gatepost.syntax.units import size_text

DAY = 86_400.0
ANTIVIRUS: Path = ("checks", "antivirus", "engines")
INSTALL = (
    '`apt-get install clamav-daemon`, [engines.clamav] with type = "clamd" and address = '
    '"unix:/run/clamav/clamd.ctl", and engines = ["clamav"] in [checks.antivirus].'
)


async def probe_engines(loaded: Loaded) -> list[Problem]:
    """Each that is asked is shown the test file of EICAR; nothing else is sent."""
    asked = engines_asked(loaded)
    named = {name: loaded.settings.engines[name] for name in asked}
    reached = {name: settings for name, settings in named.items() if isinstance(settings, EngineSettings)}
    if not reached:
        message = "no antivirus engine is asked: malware is known by a few rules and by its type, not by its signature"
        return [finding(loaded, "engine.none", ANTIVIRUS, message, INSTALL, Severity.INFO)]
    with tempfile.TemporaryDirectory(prefix="gatepost-check-") as place:
        found = await asyncio.gather(
            *(survey(scanner_of(name, s, SystemClock(), FilePath(place)), s.max_size) for name, s in reached.items())
        )
    problems: list[Problem] = []
    for (name, settings), one in zip(reached.items(), found, strict=True):
        problems += engine_problems(loaded, name, settings, one)
    return problems


def engine_problems(loaded: Loaded, name: str, settings: EngineSettings, found: Surveyed) -> Iterator[Problem]:
    path: Path = ("engines", name, "")
    severity = Severity.ERROR if settings.required else Severity.WARNING
    if found.problem:
        so = "every message is deferred" if settings.required else "mail passes without it"
        fix = "Start it, correct its address, or give this user the right to connect (clamd: LocalSocketMode)."
        yield finding(loaded, "engine.silent", path, f"gives no answer ({found.problem}): {so}", fix, severity)
        return
    if not found.finds:
        fix = "See that it has loaded its signatures (freshclam), and that scanning is switched on."
        yield finding(loaded, "engine.blind", path, "does not find the EICAR test file", fix, Severity.ERROR)
        return
    words = f" ({found.version.version})" if found.version.version else ""
    message = f"answers and finds the EICAR test file{words}"
    yield finding(loaded, "engine.works", path, message, "", Severity.INFO)
    yield from signatures(loaded, path, found.version.signatures)
    yield from limits(loaded, name, settings, found)


def signatures(loaded: Loaded, path: Path, made: float) -> Iterator[Problem]:
    oldest = float(getattr(loaded.settings.checks.sections()["antivirus"], "max_signature_age", 7 * DAY))
    age = SystemClock().now() - made
    if made and age > oldest:
        message = f"its signatures are {age / DAY:.0f} days old"
        fix = "See that freshclam runs, and reaches its mirror."
        yield finding(loaded, "engine.outdated", path, message, fix)


def limits(loaded: Loaded, name: str, settings: EngineSettings, found: Surveyed) -> Iterator[Problem]:
    """What it does not look into must not pass for clean."""
    size = size_text(settings.max_size)
    if not is_told(found.at_the_end):
        message = f"finds nothing at the end of a message of {size}, and does not say so"
        fix = "Lower max_size to what it looks at, or raise that (clamd: MaxFileSize, MaxScanSize, StreamMaxLength)."
        yield finding(loaded, "engine.too-small", ("engines", name, "max_size"), message, fix, Severity.ERROR)
    elif isinstance(found.at_the_end, str):
        message = f"gives no answer to a message of {size} ({found.at_the_end})"
        fix = "Lower max_size to what it takes, or raise that (clamd: StreamMaxLength)."
        yield finding(loaded, "engine.too-small", ("engines", name, "max_size"), message, fix)
    if not is_told(found.deep):
        message = "says of archives that are nested deeper than it looks that they are clean"
        fix = "clamd: set AlertExceedsMax yes. What is too deep for the gateway itself is held in any case."
        yield finding(loaded, "engine.shallow", ("engines", name, ""), message, fix)


def is_told(said: Scanned | str) -> bool:
    """It has found the file, or said that it could not look, or nothing at all."""
    return isinstance(said, str) or bool(said.infected or said.unscannable)
