"""Room is taken before it is used, by any number of processes, and never more than there is."""

import os
from concurrent.futures import ThreadPoolExecutor

from gatepost.adapters.quarantine.used import Used


def test_it_is_taken_as_long_as_there_is_some(tmp_path):
    used = Used(tmp_path / "used")
    assert used.octets() == 0 and used.take(60, 100) and not used.take(41, 100) and used.take(40, 100)
    used.give_back(70)
    assert used.octets() == 30
    used.give_back(70)
    assert used.octets() == 0
    used.recount(5)
    assert Used(tmp_path / "used").octets() == 5 and used.take(0, 1)


def test_many_at_once_take_no_more_than_there_is(tmp_path):
    used = Used(tmp_path / "used")
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: Used(tmp_path / "used").take(10, 500), range(100)))
    assert sum(taken) == 50 and used.octets() == 500


def test_a_file_that_was_cut_counts_as_what_is_in_it(tmp_path):
    (tmp_path / "used").write_bytes(b"\x05")
    assert Used(tmp_path / "used").octets() == 5 and Used(tmp_path / "used").take(1, 6)


def test_nobody_else_may_read_it(tmp_path):
    Used(tmp_path / "used").recount(1)
    assert os.stat(tmp_path / "used").st_mode & 0o077 == 0
