"""How does one coroutine wait for several others at once, where no task may be made?

Each is begun before any is waited for, so that what they ask for is under way all at once: together they take as long
as the slowest. What one waits for is handed on unchanged to whoever drives the caller; if none has to wait, the caller
runs through without a stop.
"""

import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Sequence
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


@types.coroutine
def side_by_side(coroutines: Sequence[Coroutine[Any, Any, T]]) -> Generator[Any, Any, tuple[T, ...]]:
    """Their results in their order. What one of them raises ends them all; so does cancellation of the caller."""
    results: dict[int, T] = {}
    waiting: deque[tuple[int, Any]] = deque()

    def go_on(i: int, step: Callable[[], Any]) -> None:
        try:
            waiting.append((i, step()))
        except StopIteration as end:
            results[i] = end.value

    try:
        for i, coroutine in enumerate(coroutines):
            go_on(i, partial(coroutine.send, None))
        while waiting:
            i, awaited = waiting.popleft()
            try:
                sent = yield awaited
            except BaseException as error:  # cancellation too belongs to the one that waited
                go_on(i, partial(coroutines[i].throw, error))
            else:
                go_on(i, partial(coroutines[i].send, sent))
    finally:
        for coroutine in coroutines:
            coroutine.close()
    return tuple(results[i] for i in range(len(coroutines)))
