"""Can the quarantine be used as it is set: its key, its room, and what it does without room?"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path as FilePath

from gatepost.adapters.quarantine.key import BadKey, read_key
from gatepost.adapters.quarantine.used import Used
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.source import Path
from gatepost.syntax.units import size_text

SECTION = "quarantine"


def lint_quarantine(loaded: Loaded) -> Iterator[Problem]:
    """Looks at the key's file, and at nothing else; one that is missing or cannot be read is told with all files."""
    section = loaded.settings.quarantine
    try:
        read_key(section.key_file)
    except OSError:
        pass
    except BadKey as error:
        path: Path = (SECTION, "key_file")
        fix = "Write 32 random octets in hex: openssl rand -hex 32. The gateway does not start with this file."
        yield finding(loaded, "quarantine.key", path, f"the file holds no key: {error}", fix, Severity.ERROR)
    if section.when_full == "expire-oldest":
        message = "once it is full, mail that was promised to its senders is given up before anybody has looked at it"
        fix = 'Set when_full = "defer": senders hear 451 meanwhile, and come again.'
        yield finding(loaded, "quarantine.gives-up", (SECTION, "when_full"), message, fix, Severity.INFO)


def lint_room(loaded: Loaded) -> Iterator[Problem]:
    """Whether the disk has room for what may be held there."""
    directory = loaded.settings.gateway.data_dir / "quarantine"
    free = shutil.disk_usage(next(above for above in (directory, *directory.parents) if os.path.exists(above))).free
    wanted = loaded.settings.quarantine.size - taken(directory / "used")
    if free < wanted:
        message = f"it may grow by {size_text(wanted // 1024**2 * 1024**2)}, and {free // 1024**2} MiB are free there"
        fix = "Make room, set a smaller size, or mount another disk at data_dir/quarantine: a full disk means 451."
        yield finding(loaded, "quarantine.room", (SECTION, "size"), message, fix)


def taken(used: FilePath) -> int:
    """Octets that it takes already; 0 where that cannot be told."""
    try:
        return Used(used).octets()
    except OSError:
        return 0
