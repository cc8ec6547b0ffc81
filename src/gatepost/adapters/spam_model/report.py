"""What has this site taught so far, and how well does the filter tell mail like that apart?"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gatepost.adapters.spam_model.calibration_file import read_calibration
from gatepost.adapters.spam_model.files import CALIBRATION, LESSONS
from gatepost.adapters.spam_model.lessons import Lessons, features_of
from gatepost.adapters.spam_model.shipped import shipped_model
from gatepost.adapters.spam_model.site_filter import ENOUGH
from gatepost.adapters.spam_model.teacher import shuffled
from gatepost.learn.classifier import HAM, SPAM, Classifier, blank_site
from gatepost.learn.held_back import held_back_scores
from gatepost.learn.taught import Judged, Source, Status
from gatepost.ports.unavailable import Unavailable


def status(directory: Path, enough: int = ENOUGH) -> Status:
    """
    Args:
        enough: mails of each kind after which the filter is sure.

    Raises:
        Unavailable: it cannot be read.
    """
    with reading(directory) as lessons:
        sources = sources_of(lessons) if lessons is not None else ()
        octets = lessons.path.stat().st_size if lessons is not None else 0
    ham, spam = sum(each.ham for each in sources), sum(each.spam for each in sources)
    site = blank_site()
    site[HAM], site[SPAM] = ham, spam
    is_taught = min(ham, spam) >= enough
    return Status(
        ham=ham, spam=spam, enough=enough, is_taught=is_taught, octets=octets, sources=sources,
        model_weight=Classifier(shipped_model(), site).weight_of_model(),
        is_calibrated=is_taught and read_calibration(directory / CALIBRATION) is not None,
    )  # fmt: skip


def sources_of(lessons: Lessons) -> tuple[Source, ...]:
    found: dict[str, Source] = {}
    for name, is_spam, number, last in lessons.counts():
        old = found.get(name, Source(name, 0, 0, 0.0))
        found[name] = Source(name, old.ham + number * (not is_spam), old.spam + number * is_spam, max(old.last, last))
    return tuple(found.values())


def judged(directory: Path, most: int, enough: int = ENOUGH) -> Judged:
    """The newest lessons, each judged by what others of them teach. Raises `Unavailable`."""
    with reading(directory) as lessons:
        newest = lessons.newest(most) if lessons is not None else []
    mails = [(features_of(each.lesson), each.lesson.is_spam) for each in shuffled(newest)]
    return Judged(
        scores=tuple(held_back_scores(shipped_model(), mails)),
        is_spam=tuple(is_spam for _, is_spam in mails),
        calibration=read_calibration(directory / CALIBRATION) or shipped_model().calibration,
        is_taught=status(directory, enough).is_taught,
    )


def known(directory: Path, digests: set[bytes]) -> set[bytes]:
    """Which of these mails have taught. Raises `Unavailable`."""
    with reading(directory) as lessons:
        return {one for one in digests if lessons is not None and lessons.get(one) is not None}


@contextmanager
def reading(directory: Path) -> Iterator[Lessons | None]:
    """None where nobody has taught anything. Raises `Unavailable`."""
    path = directory / LESSONS
    try:
        if not path.exists():
            yield None
            return
        with closing(Lessons(path, is_reader=True)) as lessons:
            yield lessons
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{path}: {error}") from error
