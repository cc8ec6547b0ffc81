"""How likely is this message spam, by the model that comes with the program and by what this site has taught?

Each worker has a copy of the site's table (1 MiB) and looks once a second whether there is a newer one. A copy and no
mapping: a file that is mapped and then cut short by somebody's `cp` ends every process that reads it.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from gatepost.adapters.spam_model.calibration_file import read_calibration
from gatepost.adapters.spam_model.files import CALIBRATION, MODEL
from gatepost.adapters.spam_model.shipped import shipped_model
from gatepost.adapters.spam_model.table import read_table
from gatepost.learn.calibration import Calibration
from gatepost.learn.classifier import HAM, SPAM, Classifier, blank_site
from gatepost.learn.explanation import Reason, reasons
from gatepost.learn.features import TEXT_LIMIT, features, sight
from gatepost.model.inspection import Inspection
from gatepost.model.message import Field
from gatepost.ports.spam_filter import Opinion
from gatepost.ports.unavailable import Unavailable

ENOUGH = 100  # mails of each kind that a site must have taught before the filter is sure
LOOK = 1.0  # seconds between two looks at the files
EXPLAINED = 0.0  # log-odds from which it is worth the time to say why
MOST_REASONS = 5
Signature = tuple[tuple[int, int, int], ...]


class SiteFilter:
    """`ports.spam_filter.SpamFilter`. Owned by one process.

    Args:
        directory: `learn` in the data directory; may be missing.
        enough: mails of each kind after which the site has taught it.
        explained: log-odds from which reasons are given.
        text: characters that are read of a mail.
    """

    def __init__(
        self, directory: Path, *, enough: int = ENOUGH, explained: float = EXPLAINED, text: int = TEXT_LIMIT,
        now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.files = (directory / MODEL, directory / CALIBRATION)
        self.enough, self.explained, self.text, self.now = enough, explained, text, now
        self.classifier = Classifier(shipped_model(), blank_site())
        self.calibration: Calibration = shipped_model().calibration
        self.is_taught = False
        self.problem = ""
        self.seen: Signature = ()
        self.look_at = 0.0

    def opinion(self, header: tuple[Field, ...], seen: Inspection, evidence: tuple[str, ...]) -> Opinion:
        """Raises `Unavailable` while the site's model cannot be read."""
        self.tick()
        if self.problem:
            raise Unavailable(self.problem)
        looked = sight(header, seen, evidence, self.text)
        found = features(looked)
        score = self.classifier.score(found)
        why = reasons(self.classifier, looked, found, MOST_REASONS)[:MOST_REASONS] if score > self.explained else ()
        return Opinion(score=score, is_taught=self.is_taught, reasons=tuple([said(one) for one in why]))

    def level(self, score: float, is_taught: bool) -> int:
        return self.calibration.level(score, is_taught)

    def tick(self) -> None:
        """Reads what was replaced since the last look; looks at most once a second."""
        now = self.now()
        if now < self.look_at:
            return
        self.look_at = now + LOOK
        try:
            signature = tuple([signature_of(path) for path in self.files])
            if signature != self.seen or self.problem:
                self.read()
                self.seen, self.problem = signature, ""
        except (Unavailable, OSError) as error:
            self.problem = f"what this site has taught cannot be read: {error}"

    def read(self) -> None:
        model, calibration = self.files
        site, own = read_table(model), read_calibration(calibration)
        shipped = shipped_model()
        self.classifier = Classifier(shipped, site)
        self.is_taught = min(site[HAM], site[SPAM]) >= self.enough
        self.calibration = own if own is not None and self.is_taught else shipped.calibration


def signature_of(path: Path) -> tuple[int, int, int]:
    """Another one for another file. Raises OSError."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def said(reason: Reason) -> str:
    return f"{reason.what} {reason.weight:+.1f}"
