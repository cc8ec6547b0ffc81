"""Can messages be looked into here, and what holds the processes that do it?"""

import asyncio

from gatepost.adapters.inspection.survey import survey
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.source import Path

SECTION: Path = ("inspection", "")
HELP = (
    "See that libmagic and libarchive are installed (`apt-get install libmagic1 libarchive13`) and that this user may "
    "start processes; until then mail with anything but plain text is put off."
)
WEAKER = "A kernel of Linux 5.13 or later offers all of it; in a container, allow it user namespaces and seccomp."


async def probe_inspection(loaded: Loaded) -> list[Problem]:
    """One such process is started, asked and ended."""
    if not loaded.settings.checks.sections()["mime"].enabled:
        return []
    orders = loaded.settings.inspection.orders()
    found = await asyncio.get_running_loop().run_in_executor(None, survey, orders)
    if found.problem:
        message = f"messages cannot be looked into: {found.problem}"
        return [finding(loaded, "inspection.impossible", SECTION, message, HELP, Severity.ERROR)]
    if found.confinement.off:
        message = f"what looks into messages is not held by {'; '.join(found.confinement.off)}"
        return [finding(loaded, "inspection.weaker", SECTION, message, WEAKER)]
    held = f"messages are looked into by processes held by {', '.join(found.confinement.on)}"
    return [finding(loaded, "inspection.held", SECTION, held, "", Severity.INFO)]
