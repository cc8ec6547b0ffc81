"""Everything the workers of a node share, in one anonymous mapping made before the first fork.

The pages live as long as one process maps them: they survive any worker, and end with the supervisor.
Rows are touched only when used, so a large table costs address space, not memory.
"""

import mmap

from msgspec import Struct

from gatepost.adapters.shared_memory import counters, gauges, memory
from gatepost.adapters.shared_memory.counters import SharedCounters
from gatepost.adapters.shared_memory.gauges import SharedGauges, WorkerGauges
from gatepost.adapters.shared_memory.keys import rounded
from gatepost.adapters.shared_memory.locks import SHARDS, Locks, lock_file
from gatepost.adapters.shared_memory.memory import SharedTexts

PAGE = mmap.PAGESIZE


class Sizes(Struct, frozen=True, kw_only=True):
    """Rows of each table, rounded up to a power of two.

    Args:
        counters: (key, window) pairs counted at once; 96 octets each.
        gauges: things open at once; 8 octets each and 4 for every worker place.
        texts: texts remembered at once; 536 octets each.
    """

    counters: int = 131_072
    gauges: int = 131_072
    texts: int = 16_384


DEFAULTS = Sizes()


class Shared:
    """The shared pages and what is in them; owned by the supervisor, inherited by every child.

    Args:
        workers: places for workers: indices 0 … workers - 1, old and new generation together.
    """

    def __init__(self, workers: int, sizes: Sizes = DEFAULTS) -> None:
        rows = Sizes(counters=rounded(sizes.counters), gauges=rounded(sizes.gauges), texts=rounded(sizes.texts))
        parts = (counters.octets(rows.counters), gauges.octets(rows.gauges, workers), memory.octets(rows.texts))
        starts = [0]
        for size in parts:
            starts.append(starts[-1] + -(-size // PAGE) * PAGE)
        self.pages = memoryview(mmap.mmap(-1, starts[-1]))
        file = lock_file()
        self.counters = SharedCounters(self.pages[starts[0] : starts[1]], rows.counters, Locks(file, 0))
        self.gauges = SharedGauges(self.pages[starts[1] : starts[2]], rows.gauges, workers, Locks(file, SHARDS))
        self.memory = SharedTexts(self.pages[starts[2] : starts[3]], rows.texts, Locks(file, 2 * SHARDS))

    def gauges_of(self, index: int) -> WorkerGauges:
        """`Gauges` for the worker at that place; call it in the worker, after the fork."""
        return WorkerGauges(self.gauges, index)

    def forget_worker(self, index: int) -> None:
        """A worker died: what it held open is given back. Before its place is taken again."""
        self.gauges.forget_worker(index)
