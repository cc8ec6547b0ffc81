"""What is taught is there, can be taken back to the last bit, and survives whoever is killed."""

import os
import random
import signal
import stat
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatepost.adapters.spam_model import teacher as module
from gatepost.adapters.spam_model.calibration_file import read_calibration
from gatepost.adapters.spam_model.files import CALIBRATION, LESSONS, LOCK, MODEL, alone
from gatepost.adapters.spam_model.lessons import Lessons
from gatepost.adapters.spam_model.report import status
from gatepost.adapters.spam_model.shipped import shipped_model
from gatepost.adapters.spam_model.table import FEATURES, MARK, read_table
from gatepost.adapters.spam_model.teacher import DAY, Taught, teaching
from gatepost.learn.classifier import HAM, SPAM, Classifier, blank_site
from gatepost.ports.unavailable import Unavailable
from tests.adapters.spam_model.lectures import NOW, agree, forget, mail, teach


@pytest.fixture
def place(tmp_path):
    return tmp_path / "learn"


def test_a_lesson_is_learned_once_and_known_afterwards(place):
    assert teach(place, [1, 2, 1]) == [Taught.LEARNED, Taught.LEARNED, Taught.KNOWN]
    assert teach(place, [2]) == [Taught.KNOWN]
    table = read_table(place / MODEL)
    assert (table[HAM], table[SPAM]) == (1, 1) and agree(place)


def test_a_mail_that_is_taught_to_be_the_other_kind_is_learned_anew(place):
    digest, features, is_spam = mail(2)
    teach(place, [2])
    with teaching(place) as teacher:
        assert teacher.learn(digest, features, not is_spam, "", NOW) is Taught.RELEARNED
    table = read_table(place / MODEL)
    assert (table[HAM], table[SPAM]) == (1, 0) and agree(place)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=25), st.integers(1, 6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_taught_and_forgotten_in_turns_the_table_is_the_sum_of_the_lessons(tmp_path_factory, turns, size):
    place = tmp_path_factory.mktemp("data") / "learn"
    for start in range(0, len(turns), size):
        with teaching(place) as teacher:
            for is_forgotten, number in turns[start : start + size]:
                digest, features, is_spam = mail(number)
                if is_forgotten:
                    teacher.unlearn(digest)
                else:
                    teacher.learn(digest, features, is_spam, "", NOW)
    if turns and (place / MODEL).exists():
        assert agree(place)


def test_it_does_not_matter_which_kind_is_taught_first(tmp_path):
    tables = []
    for name, order in (("one", [*range(0, 60, 2), *range(1, 60, 2)]), ("two", [*range(1, 60, 2), *range(0, 60, 2)])):
        place = tmp_path / name
        teach(place, order[:30])
        teach(place, order[30:], is_thorough=True)
        table = read_table(place / MODEL)
        table[MARK] = 0
        tables.append(table)
        assert agree(place)
        judge = Classifier(shipped_model(), table)
        spam, ham = ([judge.score(mail(number)[1]) for number in range(first, 60, 2)] for first in (0, 1))
        assert min(spam) > 0 > max(ham)
    assert tables[0] == tables[1]


def test_few_new_lessons_among_many_do_not_teach_all_anew(place, monkeypatch):
    monkeypatch.setattr(module, "REHEARSED", 2)
    teach(place, range(10))
    began = []
    monkeypatch.setattr(module.Teacher, "rehearse", lambda self: began.append(self))
    teach(place, range(10, 19))
    assert not began
    teach(place, [19])
    assert len(began) == 1


def test_what_is_forgotten_leaves_nothing(place):
    teach(place, range(8))
    assert forget(place, [*range(8), 99]) == [True] * 8 + [False]
    table = read_table(place / MODEL)
    table[MARK] = table[FEATURES] = 0
    assert table == blank_site()


def test_the_files_are_for_their_owner_alone(place):
    teach(place, [1])
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    for name in (MODEL, LESSONS, LOCK):
        assert stat.S_IMODE((place / name).stat().st_mode) == 0o600, name


def test_what_root_writes_belongs_to_the_owner_of_the_data(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(tmp_path, 4321, 4321)
    teach(tmp_path / "learn", [1])
    assert {path.stat().st_uid for path in (tmp_path / "learn", *(tmp_path / "learn").iterdir())} == {4321}


# ── poisoning ────────────────────────────────────────────────────────────────
def test_what_teaches_by_itself_teaches_so_much_a_day_and_each_source_for_itself(place):
    assert teach(place, range(5), "release", per_day=3)[3:] == [Taught.CAPPED, Taught.CAPPED]
    assert teach(place, [5], "trap", per_day=3) == [Taught.LEARNED]
    assert teach(place, range(6, 12), "", per_day=3) == [Taught.LEARNED] * 6
    assert teach(place, [3], "release", now=NOW + DAY + 1, per_day=3) == [Taught.LEARNED]


def test_forgetting_one_and_teaching_it_again_does_not_get_around_the_bound_of_a_day(place):
    digest, features, is_spam = mail(0)
    teach(place, range(3), "release", per_day=3)
    with teaching(place, per_day=3) as teacher:
        assert teacher.learn(digest, features, not is_spam, "release", NOW) is Taught.CAPPED


def test_what_a_person_taught_is_not_overruled_by_what_teaches_by_itself(place):
    digest, features, is_spam = mail(0)
    teach(place, [0], "release")
    teach(place, [0], "")  # confirmed by hand
    with teaching(place) as teacher:
        assert teacher.learn(digest, features, not is_spam, "release", NOW) is Taught.KNOWN
        assert teacher.learn(digest, features, not is_spam, "", NOW) is Taught.RELEARNED


def test_beyond_what_is_kept_the_oldest_of_the_larger_kind_goes(place):
    teach(place, [0, 2, 4, 1], most=4)
    teach(place, [6], most=4)
    assert forget(place, [0]) == [False] and agree(place)
    assert (status(place).ham, status(place).spam) == (1, 3)


# ── agreement ────────────────────────────────────────────────────────────────
def test_what_is_raised_while_teaching_leaves_all_as_it_was(place):
    teach(place, [1])
    before = (place / MODEL).read_bytes()
    with pytest.raises(ZeroDivisionError), teaching(place) as teacher:
        teacher.learn(*mail(2)[:2], True, "", NOW)
        raise ZeroDivisionError
    assert (place / MODEL).read_bytes() == before and agree(place)
    assert teach(place, [2]) == [Taught.LEARNED]


@pytest.mark.parametrize("damage", ["older", "short", "gone", "other features"])
def test_a_table_that_is_not_the_sum_of_the_lessons_is_summed_anew(place, damage):
    teach(place, [1])
    older = (place / MODEL).read_bytes()
    teach(place, [2, 3])
    match damage:
        case "older":
            (place / MODEL).write_bytes(older)
        case "short":
            (place / MODEL).write_bytes(older[:-4])
        case "gone":
            (place / MODEL).unlink()
        case "other features":
            table = read_table(place / MODEL)
            table[FEATURES] += 1
            (place / MODEL).write_bytes(table.tobytes())
    teach(place, [1])  # nothing new
    assert agree(place) and status(place).ham + status(place).spam == 3


def test_lessons_whose_features_mean_something_else_now_are_given_up(place, monkeypatch):
    teach(place, [1, 2])
    monkeypatch.setattr(module, "VERSION", module.VERSION + 1)
    assert teach(place, [1]) == [Taught.LEARNED]
    assert status(place).ham + status(place).spam == 1


def test_damaged_lessons_and_a_journal_of_a_newer_program_are_said(place):
    teach(place, [1])
    lessons = Lessons(place / LESSONS)
    lessons.execute("UPDATE lesson SET places = x'93ff'")
    lessons.close()
    with pytest.raises(Unavailable, match="damaged"):
        forget(place, [1])
    lessons = Lessons(place / LESSONS)
    lessons.execute("PRAGMA user_version = 2")
    lessons.close()
    with pytest.raises(Unavailable, match="version 2"):
        teach(place, [1])
    (place / LESSONS).write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable, match=LESSONS):
        teach(place, [1])


def test_two_do_not_teach_at_once(place):
    with alone(place), pytest.raises(Unavailable, match="another process"):
        teach(place, [1], patience=0.05)
    assert teach(place, [1], patience=0.05) == [Taught.LEARNED]


def test_where_there_is_no_data_directory_that_is_said(tmp_path):
    with pytest.raises(Unavailable, match="not there yet"):
        teach(tmp_path / "nowhere" / "learn", [1])


TEACH_FOR_EVER = """
import sys
from pathlib import Path
from tests.adapters.spam_model.lectures import teach, forget
place, start = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for at in range(start, start + 10_000):
    teach(place, range(3 * at, 3 * at + 3))
    if at % 3 == 0:
        forget(place, [3 * at])
    print(at, flush=True)
"""


def test_who_is_killed_at_any_moment_leaves_what_the_next_finds_in_agreement(place):
    place.mkdir(mode=0o700)
    chance, said = random.Random(5), 0
    for turn in range(6):
        child = subprocess.Popen([sys.executable, "-c", TEACH_FOR_EVER, str(place), str(turn * 1000)], stdout=-1)
        assert child.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.15))
        child.send_signal(signal.SIGKILL)
        finished = child.stdout.read().split()
        child.wait()
        said += len(finished)
        teach(place, [1_000_000 + turn])
        assert agree(place)
        for at in map(int, finished):  # what was said to be taught is there
            assert teach(place, [3 * at + 1, 3 * at + 2]) == [Taught.KNOWN] * 2
    assert said > 6
    assert not list(place.glob("site.model.*"))


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from gatepost.adapters.spam_model import files, lessons, teacher
from tests.adapters.spam_model.lectures import teach
def die(*args): os.kill(os.getpid(), signal.SIGKILL)
match sys.argv[2]:
    case "before the commit": lessons.Lessons.commit = die
    case "between journal and table": teacher.write_table = die
    case "table half written": os.fsync = die
teach(Path(sys.argv[1]), [7, 8])
"""


@pytest.mark.parametrize(
    ("moment", "is_taught"),
    [("before the commit", False), ("between journal and table", True), ("table half written", True)],
)
def test_killed_at_the_worst_moments_the_journal_is_the_truth(place, moment, is_taught):
    teach(place, [1, 2])
    ended = subprocess.run([sys.executable, "-c", KILLED_AT, str(place), moment], check=False)
    assert ended.returncode == -signal.SIGKILL
    known = [Taught.KNOWN] * 2 if is_taught else [Taught.LEARNED] * 2
    assert teach(place, [7, 8]) == known
    assert agree(place) and not list(place.glob("site.model.*"))


# ── levels ───────────────────────────────────────────────────────────────────
def test_levels_are_fitted_once_enough_was_taught_and_again_after_so_many_lessons(place, monkeypatch):
    monkeypatch.setattr(module, "REFIT", 6)
    teach(place, range(6), enough=4)
    assert read_calibration(place / CALIBRATION) is None
    teach(place, range(6, 10), enough=4)
    first = (place / CALIBRATION).stat().st_ino
    assert read_calibration(place / CALIBRATION) is not None
    teach(place, range(10, 14), enough=4)
    assert (place / CALIBRATION).stat().st_ino == first
    teach(place, range(14, 18), enough=4)
    assert (place / CALIBRATION).stat().st_ino != first
    forget(place, range(12))
    assert read_calibration(place / CALIBRATION) is None
