"""Lessons go to another gateway, and nothing that claims to be lessons does harm there."""

import zlib

import msgspec
import pytest

from gatepost.adapters.spam_model.files import MODEL
from gatepost.adapters.spam_model.report import judged, known, status
from gatepost.adapters.spam_model.table import MARK, read_table
from gatepost.adapters.spam_model.teacher import Taught, teaching
from gatepost.adapters.spam_model.transfer import HEAD, LENGTH, MAGIC, VERSION, BadExport, export, lectures
from gatepost.learn.classifier import HALVED
from gatepost.learn.evaluation import auc_loss
from tests.adapters.spam_model.lectures import NOW, mail, teach


def take_in(directory, file):
    with teaching(directory) as teacher:
        return [teacher.learn(one.digest, one.features, one.is_spam, "", NOW) for one in lectures(file)]


@pytest.fixture
def places(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    return tmp_path / "one" / "learn", tmp_path / "two" / "learn", tmp_path / "export"


def test_another_gateway_knows_the_same_afterwards_and_takes_it_in_once(places):
    one, two, file = places
    teach(one, range(30))
    assert export(one, file) == 30
    assert take_in(two, file) == [Taught.LEARNED] * 30
    assert take_in(two, file) == [Taught.KNOWN] * 30
    tables = [read_table(place / MODEL) for place in (one, two)]
    for table in tables:
        table[MARK] = 0
    assert tables[0] == tables[1]
    assert file.stat().st_mode & 0o777 == 0o600


def test_where_nothing_was_taught_there_is_nothing_to_take_in(places):
    one, two, file = places
    assert export(one, file) == 0 and take_in(two, file) == []
    assert status(one).ham == 0 and judged(one, 10).scores == () and known(one, {b"x"}) == set()


def packed(*records, head=None):
    body = b"".join(LENGTH.pack(len(one)) + one for one in records)
    return (HEAD.pack(MAGIC, VERSION) if head is None else head) + zlib.compress(body)


def record(digest=b"d" * 32, places=None):
    found = msgspec.msgpack.encode([[]] * 9 if places is None else places)
    return msgspec.msgpack.encode((digest, True, "", 0.0, found))


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"", "cut short"),
        (packed(head=b"GPMODEL\n\0\1"), "no export"),
        (packed(head=HEAD.pack(MAGIC, VERSION + 1)), "version"),
        (HEAD.pack(MAGIC, VERSION) + b"no deflate", "damaged"),
        (packed(record())[:-9], "cut short"),
        (packed(record(digest=b"short")), "damaged"),
        (packed(record(places=[[]])), "damaged"),
        (packed(record(places=[[2**20]] + [[]] * 8)), "damaged"),
        (packed(record(places=[[-1]] + [[]] * 8)), "damaged"),
        (packed(b"\xc1"), "damaged"),
        (HEAD.pack(MAGIC, VERSION) + zlib.compress(LENGTH.pack(2**31) + bytes(2**22)), "damaged"),
    ],
)
def test_what_is_no_export_is_refused_in_words_and_nothing_of_it_is_taught(places, octets, why):
    _, two, file = places
    file.write_bytes(octets)
    with pytest.raises(BadExport, match=why):
        take_in(two, file)
    assert status(two).ham == status(two).spam == 0


def test_what_was_taught_is_told_by_source_and_judged_by_the_rest(places):
    one, _, _ = places
    teach(one, range(20))
    teach(one, range(20, 26), "release")
    found = status(one)
    assert {(source.name, source.ham, source.spam) for source in found.sources} == {("", 10, 10), ("release", 3, 3)}
    assert (found.ham, found.spam, found.is_taught) == (13, 13, False)
    assert found.model_weight == HALVED / (HALVED + 13)
    seen = judged(one, 1000)
    assert len(seen.scores) == len(seen.is_spam) == 26
    assert auc_loss(seen.scores, seen.is_spam) < 0.2
    assert known(one, {mail(0)[0], mail(99)[0]}) == {mail(0)[0]}
