"""What a worker has done since it started."""

import pytest

from gatepost.gateway.tally import Tally
from gatepost.model.trace import End


@pytest.mark.parametrize(
    ("end", "counted"),
    [
        (End.DELIVERED, "accepted"), (End.QUARANTINED, "quarantined"), (End.DEFERRED, "deferred"),
        (End.REFUSED, "refused"), (End.DROPPED, "refused"), (End.ABANDONED, None), (End.IDLE, None),
    ],
)  # fmt: skip
def test_every_end_counts_where_it_belongs(end, counted):
    tally = Tally()
    tally.ended(end)
    numbers = {name: getattr(tally, name) for name in ("accepted", "quarantined", "deferred", "refused")}
    assert numbers == {name: int(name == counted) for name in numbers}
