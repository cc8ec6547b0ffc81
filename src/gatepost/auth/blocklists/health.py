"""Can a list be believed just now?

A list that dies, changes hands or dislikes the resolver often says yes to everything, and whoever goes on believing it
refuses the whole world. So a list must show at first, and from time to time, that it has what every list has, and has
not what none has (RFC 5782 §5); an answer that cannot be one is enough to leave it alone for a while, and to tell the
operator.
"""

from math import inf

from gatepost.ports.alarms import Alarms
from gatepost.syntax.units import duration_text

SILENCES = 3  # questions in a row without an answer, after which a list is left alone
SILENCE_REST = 60.0  # seconds
SILENT = "gives no answer"
TEST_AGAIN = 60.0  # seconds until a test that got no answer is tried again


class Health:
    """Of one list, as one check of one worker sees it; times are monotonic seconds.

    Attributes:
        why: what is wrong, in words that follow the list's name; "" while all is well.
    """

    def __init__(self, name: str, alarms: Alarms, *, test_interval: float, retry_interval: float) -> None:
        self.name, self.alarms = name, alarms
        self.test_interval, self.retry_interval = test_interval, retry_interval
        self.why = ""
        self.silences = 0
        self.test_due = -inf
        self.rests_until = -inf
        self.is_proven = False

    def rests(self, now: float) -> bool:
        return now < self.rests_until

    def must_be_tested(self, now: float) -> bool:
        return not self.is_proven or now >= self.test_due

    def passed(self, now: float) -> None:
        """It has what it must have, and not what it must not."""
        self.is_proven, self.test_due, self.why = True, now + self.test_interval, ""
        self.alarms.all_clear(self.key, f"The block list {self.name} is asked again.")

    def untested(self, now: float) -> None:
        """No answer to the test: what it showed before still holds."""
        self.test_due = now + TEST_AGAIN

    def failed(self, now: float, why: str) -> None:
        """It cannot be believed."""
        self.rest(now, why, self.retry_interval)

    def answered(self) -> None:
        self.silences = 0

    def silent(self, now: float) -> None:
        """No answer, once more; whoever waits for it waits for nothing."""
        self.silences += 1
        if self.silences >= SILENCES:
            self.rest(now, SILENT, SILENCE_REST)

    def rest(self, now: float, why: str, seconds: float) -> None:
        self.why, self.is_proven, self.rests_until = why, False, now + seconds
        self.alarms.raise_alarm(
            self.key,
            f"The block list {self.name} {why}. It is left alone for {duration_text(seconds)}, and until it can be "
            f"believed again mail is taken as if nobody were on it.",
        )

    @property
    def key(self) -> str:
        return f"dnsbl.{self.name}"
