"""Mails that teach, and what lies on the disk afterwards."""

from hashlib import sha256

from gatepost.adapters.spam_model.files import LESSONS, MODEL
from gatepost.adapters.spam_model.lessons import Lessons
from gatepost.adapters.spam_model.table import FEATURES, MARK, read_table
from gatepost.adapters.spam_model.teacher import summed, teaching
from gatepost.learn.features import Features
from tests.learn.letters import LETTERS, SALES, letter

NOW = 1_700_000_000.0


def mail(number: int) -> tuple[bytes, Features, bool]:
    """Digest, features, kind: even numbers are spam."""
    is_spam = number % 2 == 0
    text = (SALES if is_spam else LETTERS)[number // 2 % 3]
    return sha256(b"%d" % number).digest(), letter(f"{text} {number} w{number * 7919}"), is_spam


def teach(directory, numbers, source="", now=NOW, **options):
    """What became of each."""
    with teaching(directory, **options) as teacher:
        found = []
        for number in numbers:
            digest, features, is_spam = mail(number)
            found.append(teacher.learn(digest, features, is_spam, source, now))
        return found


def forget(directory, numbers):
    with teaching(directory) as teacher:
        return [teacher.unlearn(mail(number)[0]) for number in numbers]


def agree(directory) -> bool:
    """The table is the sum of the lessons, and both say so."""
    lessons = Lessons(directory / LESSONS, is_reader=True)
    try:
        table, whole = read_table(directory / MODEL), summed(lessons)
        is_marked = table[MARK] == lessons.state("mark")
    finally:
        lessons.close()
    table[MARK] = table[FEATURES] = 0
    return is_marked and table == whole
