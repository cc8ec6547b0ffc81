import string

from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.dns.cache import Cache


def cache(entries=3, octets=1000):
    return Cache(entries, octets)


def test_a_value_holds_until_its_time_is_over():
    kept = cache()
    kept.put("a", "x", until=10.0, octets=1)
    assert kept.get("a", 9.9) == "x"
    assert kept.get("a", 10.0) is None
    assert (kept.held, len(kept.kept)) == (0, 0)


def test_what_nobody_knows_is_none():
    assert cache().get("a", 0.0) is None


def test_the_longest_unused_goes_first():
    kept = cache(entries=2)
    for name in "ab":
        kept.put(name, name, 10.0, 1)
    kept.get("a", 0.0)
    kept.put("c", "c", 10.0, 1)
    assert list(kept.kept) == ["a", "c"]


def test_room_is_made_by_octets_too():
    kept = cache(octets=100)
    kept.put("a", "a", 10.0, 60)
    kept.put("b", "b", 10.0, 60)
    assert (list(kept.kept), kept.held) == (["b"], 60)


def test_what_is_too_large_alone_takes_nobody_away():
    kept = cache(octets=100)
    kept.put("a", "a", 10.0, 60)
    kept.put("b", "b", 10.0, 101)
    assert list(kept.kept) == ["a"]


def test_a_new_value_takes_the_place_of_the_old():
    kept = cache()
    kept.put("a", "old", 10.0, 60)
    kept.put("a", "new", 20.0, 5)
    assert (kept.get("a", 15.0), kept.held) == ("new", 5)


@given(st.lists(st.tuples(st.sampled_from(string.ascii_letters), st.integers(0, 60), st.integers(0, 5)), max_size=100))
def test_whatever_comes_it_stays_within_its_bounds(puts):
    kept = cache(entries=5, octets=100)
    for now, (name, octets, ttl) in enumerate(puts):
        kept.put(name, name, now + ttl, octets)
        assert kept.get(name, now) in (None, name)
        assert len(kept.kept) <= 5
        assert kept.held == sum(one.octets for one in kept.kept.values()) <= 100
