"""Claims about texts that all workers remember."""

import os
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.shared_memory.keys import GROUP
from gatepost.adapters.shared_memory.locks import SHARDS
from gatepost.adapters.shared_memory.memory import LIMIT, SharedTexts, cut
from gatepost.adapters.shared_memory.shared import Shared, Sizes

SMALL = Sizes(counters=1, gauges=1, texts=1)
ROWS = GROUP * SHARDS
Fork = Callable[[Callable[[], None]], int]
KillAt = Callable[[str, int, Callable[[], None]], bool]


class Hand:
    """A clock moved by hand."""

    time = 1000.0

    def __call__(self) -> float:
        return self.time


def remembering() -> tuple[SharedTexts, Hand]:
    memory, clock = Shared(1, SMALL).memory, Hand()
    memory.now = clock
    return memory, clock


def test_what_was_said_is_remembered() -> None:
    memory, _ = remembering()
    memory.remember("a", "550 5.1.1 no such user", 60.0)
    assert memory.recall("a") == "550 5.1.1 no such user"


def test_what_was_never_said_is_not() -> None:
    assert remembering()[0].recall("a") is None


def test_what_was_said_last_holds() -> None:
    memory, _ = remembering()
    memory.remember("a", "a longer text", 60.0)
    memory.remember("a", "short", 60.0)
    assert memory.recall("a") == "short"


def test_it_is_forgotten_in_time() -> None:
    memory, clock = remembering()
    memory.remember("a", "text", 60.0)
    clock.time += 59.0
    assert memory.recall("a") == "text"
    clock.time += 1.0
    assert memory.recall("a") is None


def test_an_infinite_time_is_one() -> None:
    memory, clock = remembering()
    memory.remember("a", "text", float("inf"))
    clock.time += 1e9
    assert memory.recall("a") == "text"


async def test_the_port_says_the_same() -> None:
    memory, _ = remembering()
    await memory.put("a", "text", ttl=60.0)
    assert await memory.get("a") == "text"


@given(st.text(alphabet=["a", "é", "€", "😀", "\udc80", "\x00"], max_size=40).map(lambda t: t * 20))
def test_any_text_comes_back_whole_or_cut_at_a_character(text: str) -> None:
    memory, _ = remembering()
    memory.remember("a", text, 60.0)
    back = memory.recall("a")
    assert back is not None
    assert text.startswith(back)
    assert back == text or LIMIT - 4 < len(back.encode("utf-8", "surrogatepass")) <= LIMIT


def test_a_text_of_the_limit_is_not_cut() -> None:
    assert len(cut("a" * LIMIT)) == LIMIT


def test_when_it_is_full_what_expires_first_goes() -> None:
    memory, clock = remembering()
    for i in range(8 * ROWS):
        memory.remember(f"k{i}", str(i), 60.0 + i)
    assert memory.recall(f"k{8 * ROWS - 1}") == str(8 * ROWS - 1)
    assert sum(memory.recall(f"k{i}") is not None for i in range(8 * ROWS)) <= ROWS


def test_a_text_is_never_another_keys() -> None:
    memory, _ = remembering()
    for i in range(8 * ROWS):
        memory.remember(f"k{i}", str(i), 60.0)
    assert all(memory.recall(f"k{i}") in (None, str(i)) for i in range(8 * ROWS))


def test_processes_never_see_half_a_text(fork: Fork) -> None:
    memory, _ = remembering()
    texts = ["a" * 500, "b" * 300, "c" * 10]

    def talk(text: str) -> None:
        for _ in range(1500):
            memory.remember("k", text, 60.0)
            assert memory.recall("k") in texts

    pids = [fork(lambda text=text: talk(text)) for text in texts]
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0, 0, 0]


def test_wherever_a_process_is_killed_no_text_is_half(killed_at: KillAt) -> None:
    line = 0
    while True:
        memory, _ = remembering()
        memory.remember("a", "old " * 100, 60.0)
        if not killed_at("memory.py", line, lambda memory=memory: memory.remember("a", "new", 60.0)):
            break
        assert memory.recall("a") in ("old " * 100, "new", None)
        memory.remember("a", "later", 60.0)
        assert memory.recall("a") == "later"
        line += 1
    assert line > 10
