"""How does a site teach the filter, one process at a time, and how can it be taken back?

The journal of lessons is the truth, the site's table their sum. Lessons are written in one transaction with a new mark;
then the table with that mark takes the place of the old one. Who is killed in between leaves a table whose mark is not
the journal's, and the next teacher sums it up anew. Both are on the disk when teaching ends.

What is learned depends on the order: who teaches a thousand ham and then a thousand spam would leave a filter that has
the spam in mind. So now and then all lessons are taught anew, in an order that has nothing to do with kind or age.

What teaches by itself (releases, traps) may teach so much a day and no more, each source for itself: who gets hold of
one cannot turn the filter around. What people teach by hand is not bounded, and is not overruled by the former.
"""

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path
from secrets import randbelow

from gatepost.adapters.spam_model.calibration_file import write_calibration
from gatepost.adapters.spam_model.files import CALIBRATION, LESSONS, MODEL, PATIENCE, alone, sweep
from gatepost.adapters.spam_model.lessons import Entry, Lessons, features_of
from gatepost.adapters.spam_model.shipped import shipped_model
from gatepost.adapters.spam_model.site_filter import ENOUGH
from gatepost.adapters.spam_model.table import MARK, read_table, write_table
from gatepost.learn.classifier import HAM, SPAM, Classifier, blank_site
from gatepost.learn.features import Features
from gatepost.learn.held_back import held_back_scores, site_calibration
from gatepost.learn.model_file import VERSION
from gatepost.ports.unavailable import Unavailable

BY_HAND = ""  # the source of what people teach
DAY = 86_400.0  # seconds
PER_DAY = 200  # lessons of one source that teaches by itself
MOST = 30_000  # lessons that are kept: beyond it the oldest of the kind with more of them is taken out again
REFIT = 100  # lessons after which it is asked anew what scores mean
JUDGED = 2000  # of the newest lessons that are asked for it
MARKS = 2**31 - 1
REHEARSED = 10  # all is taught anew once one part of so many of it is new


class Taught(Enum):
    """What became of a lesson."""

    LEARNED = "learned"
    KNOWN = "known"  # it was taught before
    RELEARNED = "relearned"  # it was taught to be the other kind
    CAPPED = "capped"  # this source has taught enough for today


class Teacher:
    """Made by `teaching`, within which it alone teaches.

    Args:
        per_day: lessons of one source that teaches by itself.
        most: lessons that are kept.
        enough: mails of each kind from which levels are cut by them.
    """

    def __init__(
        self, directory: Path, lessons: Lessons, *, per_day: int = PER_DAY, most: int = MOST, enough: int = ENOUGH
    ) -> None:
        self.directory, self.lessons = directory, lessons
        self.per_day, self.most, self.enough = per_day, most, enough
        self.site, self.is_changed = self.opened()
        self.classifier = Classifier(shipped_model(), self.site)
        self.added = 0

    def learn(self, digest: bytes, features: Features, is_spam: bool, source: str, now: float) -> Taught:
        """
        Args:
            digest: `learn.identity.identity` of the mail.
            source: "" = by hand; what teaches by itself has a name.
            now: Unix time in seconds.
        """
        before = self.lessons.get(digest)
        if before is not None and (before.lesson.is_spam == is_spam or (source and not before.source)):
            if not source and before.source:
                self.lessons.credit(digest, BY_HAND)
            return Taught.KNOWN
        if source and self.lessons.taught_since(source, now - DAY) >= self.per_day:
            return Taught.CAPPED
        if before is not None:
            self.forget(before)
        lesson = self.classifier.learn_one(features, is_spam)
        self.lessons.add(Entry(digest=digest, source=source, learned=now, lesson=lesson))
        self.is_changed = True
        self.added += 1
        self.keep_bounded()
        return Taught.LEARNED if before is None else Taught.RELEARNED

    def knows(self, digest: bytes) -> bool:
        return self.lessons.get(digest) is not None

    def unlearn(self, digest: bytes) -> bool:
        """As if it had never been taught. False if it was not."""
        before = self.lessons.get(digest)
        if before is not None:
            self.forget(before)
        return before is not None

    def forget(self, what: Entry) -> None:
        self.classifier.unlearn(what.lesson)
        self.lessons.remove(what.digest)
        self.is_changed = True

    def keep_bounded(self) -> None:
        site = self.site
        if site[HAM] + site[SPAM] <= self.most:
            return
        oldest = self.lessons.oldest(site[SPAM] > site[HAM])
        if oldest is not None:
            self.forget(oldest)

    # ── what is on the disk ──────────────────────────────────────────────────
    def opened(self) -> "tuple[array[int], bool]":
        """The table, and whether it has to be written: it is not the sum of the lessons, or its file is damaged."""
        lessons = self.lessons
        if lessons.state("features") not in (0, VERSION):
            lessons.forget_all()  # its places mean nothing to this program
            return blank_site(), True
        try:
            site = read_table(self.directory / MODEL)
        except Unavailable:
            return summed(lessons), True
        return (site, False) if site[MARK] == lessons.state("mark") else (summed(lessons), True)

    def save(self, is_thorough: bool) -> None:
        """
        Args:
            is_thorough: all is taught anew, however little of it is new.
        """
        new = self.lessons.state("since_rehearsal") + self.added
        if new and (is_thorough or new * REHEARSED >= self.site[HAM] + self.site[SPAM]):
            self.rehearse()
            new = 0
        self.lessons.write_state("since_rehearsal", new)
        if not self.is_changed:
            self.lessons.commit()
            return
        mark = 1 + randbelow(MARKS - 1)
        self.lessons.write_state("mark", mark)
        self.lessons.write_state("features", VERSION)
        self.lessons.write_state("since_fit", self.lessons.state("since_fit") + self.added)
        self.lessons.commit()
        write_table(self.directory / MODEL, self.site, mark)

    def rehearse(self) -> None:
        """All lessons anew, in the order of their digests."""
        self.site[:] = blank_site()
        anew = []
        for each in self.lessons.all("digest"):
            anew.append((each.digest, self.classifier.learn_one(features_of(each.lesson), each.lesson.is_spam)))
        self.lessons.revise(anew)
        self.is_changed = True

    def refit(self) -> None:
        """What do scores mean here? Asked of what was taught, each mail held back from what judges it."""
        path = self.directory / CALIBRATION
        if min(self.site[HAM], self.site[SPAM]) < self.enough:
            path.unlink(missing_ok=True)
            return
        if path.exists() and self.lessons.state("since_fit") < REFIT:
            return
        model = shipped_model()
        mails = [(features_of(each.lesson), each.lesson.is_spam) for each in shuffled(self.lessons.newest(JUDGED))]
        scores = held_back_scores(model, mails)
        write_calibration(path, site_calibration(model.calibration, scores, [is_spam for _, is_spam in mails]))
        self.lessons.write_state("since_fit", 0)


def shuffled(entries: Iterable[Entry]) -> list[Entry]:
    """In the order in which they are taught anew."""
    return sorted(entries, key=lambda each: each.digest)


def summed(lessons: Lessons) -> "array[int]":
    """The table that all lessons make, in whatever order."""
    classifier = Classifier(shipped_model(), site := blank_site())
    for each in lessons.all():
        site[SPAM if each.lesson.is_spam else HAM] += 1
        classifier.apply(each.lesson, 1)
    return site


@contextmanager
def teaching(
    directory: Path,
    *,
    per_day: int = PER_DAY,
    most: int = MOST,
    enough: int = ENOUGH,
    patience: float = PATIENCE,
    is_thorough: bool = False,
) -> Iterator[Teacher]:
    """What is taught within is on the disk afterwards: all of it, or nothing if something was raised.

    Args:
        directory: `learn` in the data directory; made if it is missing.
        enough: see `Teacher`.
        patience: seconds to wait for others who teach.
        is_thorough: all is taught anew at the end: for who has taught many.

    Raises:
        Unavailable: others teach for too long, or something cannot be read or written.
    """
    with alone(directory, patience), closing(Lessons(directory / LESSONS)) as lessons:
        try:
            sweep(directory)
            lessons.begin()
            try:
                teacher = Teacher(directory, lessons, per_day=per_day, most=most, enough=enough)
                yield teacher
                teacher.save(is_thorough)
            except BaseException:
                lessons.roll_back()
                raise
            teacher.refit()
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f"{directory}: {error}") from error
