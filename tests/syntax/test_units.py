"""Durations and sizes in settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from gatepost.syntax.units import Duration, Size, duration_text, octets, seconds, size_text


class Settings(BaseModel):
    wait: Duration = Field(5.0, gt=0)
    room: Size = Field(1024, le=2**40)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("500ms", 0.5), ("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604800), ("1.5h", 5400), ("30 S", 30), (30, 30),
     (0.25, 0.25), ("0s", 0), (0, 0)],
)  # fmt: skip
def test_a_duration_is_a_number_or_has_a_unit(written, meant):
    assert seconds(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [("10MB", 10_000_000), ("35MiB", 36_700_160), ("256KiB", 262_144), ("1.5KiB", 1536), ("10mb", 10_000_000), 
     ("12B", 12), ("1 GiB", 2**30), (7, 7), ("2TB", 2 * 10**12)],
)  # fmt: skip
def test_a_size_is_a_whole_number_or_has_a_unit(written, meant):
    assert octets(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "5",
        "5x",
        "m",
        "-5m",
        "5m5s",
        "1e3s",
        "\u0665s",
        "5 minutes",
        "nan",
        "infs",
        True,
        None,
        [],
        -1,
        float("nan"),
        float("inf"),
    ],
)
def test_what_is_no_duration_is_refused_with_what_would_be_right(written):
    with pytest.raises(ValueError, match=r'seconds as a number, or a text such as "500ms", "30s"'):
        seconds(written)


@pytest.mark.parametrize("written", ["", "5", "5x", "MB", "-5MB", "1.5B", "1e3KB", "9" * 16 + "B", True, None, 1.0, -1])
def test_what_is_no_size_is_refused_with_what_would_be_right(written):
    with pytest.raises(ValueError, match='octets as a whole number, or a text such as "256KiB", "10MB"'):
        octets(written)


def test_settings_take_both_spellings():
    assert Settings.model_validate({"wait": "1m", "room": "2KiB"}) == Settings(wait=60.0, room=2048)


@pytest.mark.parametrize("values", [{"wait": "0s"}, {"wait": "5 parsecs"}, {"room": "2TiB"}, {"room": 1.5}])
def test_bounds_of_a_setting_hold_for_both_spellings(values):
    with pytest.raises(ValidationError):
        Settings.model_validate(values)


@pytest.mark.parametrize(
    ("value", "text"),
    [(300.0, "5m"), (90.0, "90s"), (0.5, "500ms"), (0.0, "0s"), (1.25, "1.25s"), (86400.0, "1d"), (7200, "2h")],
)
def test_a_duration_is_printed_in_the_largest_whole_unit(value, text):
    assert duration_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(36_700_160, "35MiB"), (10**7, "10MB"), (0, "0B"), (1001, "1001B"), (2**30, "1GiB")]
)
def test_a_size_is_printed_in_the_largest_whole_unit(value, text):
    assert size_text(value) == text


@given(st.integers(0, 10**10).map(lambda thousandths: thousandths / 1000))
def test_a_printed_duration_is_read_back_the_same(value):
    assert seconds(duration_text(value)) == value


@given(st.integers(0, 2**45))
def test_a_printed_size_is_read_back_the_same(value):
    assert octets(size_text(value)) == value
