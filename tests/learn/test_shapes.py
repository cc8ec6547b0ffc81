from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.shapes import host_shape, owner, shape, share, steps


def test_runs_are_told_by_what_they_are_made_of():
    assert shape("john.smith") == "a.a"
    assert shape("John") == "C"
    assert shape("JOHN-1234") == "A-0"
    assert shape("a1b2c3") == "x"
    assert shape("") == ""


@given(st.text())
def test_a_shape_is_short(text):
    assert len(shape(text)) <= 10
    assert isinstance(host_shape(text), str)
    assert isinstance(owner(text), str)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_steps_rise(one, two):
    low, high = sorted((one, two))
    assert steps(low) <= steps(high)


def test_two_steps_for_each_doubling():
    assert [steps(number) for number in (0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16)] == [
        0,
        1,
        2,
        3,
        4,
        4,
        5,
        5,
        6,
        6,
        7,
        7,
        8,
    ]


def test_a_share_is_in_tenths_with_the_small_ones_apart():
    assert [share(part, 1000) for part in (0, 1, 20, 50, 100, 999, 1000)] == [0, 1, 2, 3, 4, 12, 13]
    assert share(1, 0) == 0


def test_who_owns_a_name():
    assert owner("a.b.example.com") == "example.com"
    assert owner("a.b.example.co.uk") == "example.co.uk"
    assert owner("example") == "example"


def test_hosts_are_told_by_what_their_owner_chose():
    assert host_shape("") == "none"
    assert host_shape("localhost") == "single"
    assert host_shape("192.0.2.1") == "address"
    assert host_shape("www.pay-pal123.com") == "200-"
