"""The real time."""

import time

from gatepost.gateway.clock import SystemClock


def test_it_is_now():
    before = time.time()
    assert before <= SystemClock().now() <= time.time() + 60


def test_waiting_never_goes_back():
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()
