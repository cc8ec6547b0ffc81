"""Claims about where keys live."""

import subprocess
import sys

from gatepost.adapters.shared_memory.keys import GROUP, Keys, keyed_hash, rounded
from gatepost.adapters.shared_memory.locks import SHARDS


def test_rows_are_a_power_of_two_with_a_group_for_every_shard() -> None:
    assert [rounded(1), rounded(5000), rounded(8192)] == [GROUP * SHARDS, 8192, 8192]


def test_a_key_is_found_only_in_its_group() -> None:
    keys = Keys(memoryview(bytearray(rounded(1) * 8)), 0, rounded(1))
    group = keys.group(12345 << 6)
    keys.words[group * GROUP + 3] = 12345 << 6
    assert keys.find(12345 << 6, group) == group * GROUP + 3
    assert keys.find(12345 << 6, (group + 1) % SHARDS) == -1


def test_keys_spread_over_all_groups() -> None:
    keys = Keys(memoryview(bytearray(rounded(1) * 8)), 0, rounded(1))
    hashed = keyed_hash()
    groups = [keys.group(hashed(f"192.0.2.{i}") & (2**64 - 1)) for i in range(6400)]
    assert min(groups.count(g) for g in range(64)) > 40


def test_the_hash_is_keyed_even_where_pythons_is_not() -> None:
    program = "from gatepost.adapters.shared_memory.keys import keyed_hash as k; h = k(); print(h('a'), h('a'), h('b'))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": "0"}, capture_output=True, check=True, text=True
        )
        for _ in range(2)
    ]
    one, two = (run.stdout.split() for run in runs)
    assert one[0] == one[1] != one[2]
    assert one[0] != two[0]
