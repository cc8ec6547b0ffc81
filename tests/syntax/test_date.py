"""Dates in messages."""

from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.date import rfc5322_date


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (0.0, "Thu, 1 Jan 1970 00:00:00 +0000"),
        (1739440800.999, "Thu, 13 Feb 2025 10:00:00 +0000"),
        (951782400.0, "Tue, 29 Feb 2000 00:00:00 +0000"),
    ],
)
def test_a_moment_is_written_in_utc_to_the_second(now, text):
    assert rfc5322_date(now) == text


@given(st.integers(0, 2**33))
def test_what_is_written_is_read_back_by_another_reader(now):
    assert parsedate_to_datetime(rfc5322_date(float(now))).timestamp() == now
