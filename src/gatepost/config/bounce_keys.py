"""With which keys are senders signed (`checks.bounce.secret_file`), and can the file be read?"""

from collections.abc import Iterator
from pathlib import Path

from gatepost.auth.batv import BadKeys, BounceKeys, read_keys
from gatepost.checks.bounce import Config
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.settings import Settings

CHECK = "bounce"
LARGEST = 64 * 1024  # octets


def bounce_keys(settings: Settings) -> BounceKeys:
    """No keys where bounces need no signature.

    Raises:
        BadKeys: the file is no list of keys.
        OSError: it cannot be read.
    """
    section = settings.checks.sections()[CHECK]
    if not isinstance(section, Config) or not section.enabled or section.secret_file is None:
        return BounceKeys()
    with Path(section.secret_file).open("rb") as file:
        octets = file.read(LARGEST)
    try:
        return BounceKeys(read_keys(octets.decode()), section.days)
    except UnicodeDecodeError:
        raise BadKeys("the file is not in UTF-8") from None


def lint_bounce_keys(loaded: Loaded) -> Iterator[Problem]:
    """A file that holds no keys; one that is missing or cannot be read is told by `gatepost.config.files`."""
    try:
        bounce_keys(loaded.settings)
    except OSError:
        return
    except BadKeys as error:
        path = ("checks", CHECK, "secret_file")
        fix = "Correct the file; the gateway does not start with it."
        yield finding(loaded, "bounce.keys", path, f"no keys can be read from it: {error}", fix, Severity.ERROR)
