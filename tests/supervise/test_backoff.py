"""Claims about how soon a dead process is replaced."""

from gatepost.supervise.backoff import FIRST, HEALTHY, LONGEST, Backoff


def test_early_deaths_double_the_wait_up_to_a_limit() -> None:
    backoff = Backoff()
    delays = [backoff.after(0.0) for _ in range(12)]
    assert delays[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert delays[-2:] == [LONGEST, LONGEST]


def test_a_healthy_life_makes_up_for_the_past() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.after(1.0)
    assert backoff.after(HEALTHY) == FIRST
