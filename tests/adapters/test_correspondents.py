"""Who of ours has written to whom is remembered by all workers and after a restart, and nobody can read it there."""

import os
import stat

import pytest

from gatepost.adapters.correspondents import DAY, GROUP, HEAD, ROWS, WORD, FileCorrespondents
from gatepost.model.samples import address
from gatepost.ports.unavailable import Unavailable

BOB, ANN = address("bob@example.com"), address("ann@example.net")
NOW = 20_000 * DAY + 100


@pytest.fixture
def path(tmp_path):
    return tmp_path / "correspondents"


def test_a_pair_that_was_noted_is_known_and_no_other(path):
    pairs = FileCorrespondents(path)
    pairs.note(BOB, ANN, NOW)
    assert pairs.knows(BOB, ANN, since=NOW - DAY)
    assert not pairs.knows(ANN, BOB, since=0)
    assert not pairs.knows(address("carol@example.com"), ANN, since=0)


def test_the_case_of_a_local_part_does_not_matter(path):
    FileCorrespondents(path).note(address("Bob@example.com"), address("ANN@example.net"), NOW)
    assert FileCorrespondents(path).knows(BOB, ANN, since=NOW)


def test_other_workers_know_it_and_so_does_who_starts_later(path):
    one, other = FileCorrespondents(path), FileCorrespondents(path)
    assert not other.knows(BOB, ANN, since=0)
    one.note(BOB, ANN, NOW)
    assert other.knows(BOB, ANN, since=NOW)
    one.close()
    assert FileCorrespondents(path).knows(BOB, ANN, since=NOW)


def test_what_is_too_long_ago_is_not_known(path):
    pairs = FileCorrespondents(path)
    pairs.note(BOB, ANN, NOW)
    assert not pairs.knows(BOB, ANN, since=NOW + 2 * DAY)
    pairs.note(BOB, ANN, NOW + 2 * DAY)
    assert pairs.knows(BOB, ANN, since=NOW + 2 * DAY)


def test_to_ask_makes_no_file(path):
    assert not FileCorrespondents(path).knows(BOB, ANN, since=0)
    assert not path.exists()


def test_the_file_is_for_its_owner_and_names_nobody(path):
    FileCorrespondents(path).note(BOB, ANN, NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    octets = path.read_bytes()
    assert b"ann" not in octets and b"example" not in octets
    assert len(octets) == HEAD + ROWS * WORD
    assert os.listdir(path.parent) == ["correspondents"]


def test_when_a_group_is_full_the_oldest_goes(path):
    pairs = FileCorrespondents(path)
    pairs.note(BOB, ANN, NOW)
    file = pairs.opened()
    _, group = file.place(BOB, ANN)
    others = (address(f"x{number}@example.net") for number in range(10_000_000))
    neighbours = []
    while len(neighbours) < GROUP:
        other = next(others)
        if file.place(BOB, other)[1] == group:
            neighbours.append(other)
    for days, other in enumerate(neighbours, 1):
        pairs.note(BOB, other, NOW + days * DAY)
    assert not pairs.knows(BOB, ANN, since=0)
    assert all(pairs.knows(BOB, other, since=0) for other in neighbours)


def test_a_file_cut_short_loses_pairs_and_ends_nobody(path):
    pairs = FileCorrespondents(path)
    pairs.note(BOB, ANN, NOW)
    os.truncate(path, HEAD)
    assert not pairs.knows(BOB, ANN, since=0)
    pairs.note(BOB, ANN, NOW)
    assert pairs.knows(BOB, ANN, since=0)


@pytest.mark.parametrize("octets", [b"", b"GPPAIRS1", b"x" * 100])
def test_what_is_no_such_table_is_unavailable_and_left_alone(path, octets):
    path.write_bytes(octets)
    for ask in (lambda p: p.knows(BOB, ANN, since=0), lambda p: p.note(BOB, ANN, NOW)):
        with pytest.raises(Unavailable, match="no table of correspondents"):
            ask(FileCorrespondents(path))
    assert path.read_bytes() == octets


def test_without_a_directory_it_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="is not there"):
        FileCorrespondents(tmp_path / "none" / "correspondents").note(BOB, ANN, NOW)


def test_two_that_begin_at_once_write_the_same_file(path):
    workers = [FileCorrespondents(path) for _ in range(4)]
    for number, worker in enumerate(workers):
        worker.note(BOB, address(f"{number}@example.net"), NOW)
    assert all(workers[0].knows(BOB, address(f"{number}@example.net"), since=0) for number in range(4))
