"""What does a connection tell the pool that owns it?"""

from typing import Any, Protocol, TypeVar

from gatepost.adapters.backend.hosts import Notice
from gatepost.adapters.backend.job import Job

C = TypeVar("C", contravariant=True)
"""`connection.Connection`, which knows its owner by this module."""


class Owner(Protocol[C]):
    """The pool, as a connection sees it."""

    @property
    def noticed(self) -> Notice: ...

    def opened(self, connection: C) -> None: ...

    def freed(self, connection: C) -> None: ...

    def gone(self, connection: C) -> None: ...

    def retry(self, job: Job[Any]) -> None: ...
