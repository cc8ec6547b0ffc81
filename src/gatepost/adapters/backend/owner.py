"""What does a connection tell the pool that owns it?"""

from typing import TYPE_CHECKING, Any, Protocol

from gatepost.adapters.backend.hosts import Notice
from gatepost.adapters.backend.job import Job

if TYPE_CHECKING:
    from gatepost.adapters.backend.connection import Connection


class Owner(Protocol):
    """The pool, as a connection sees it."""

    @property
    def noticed(self) -> Notice: ...

    def opened(self, connection: "Connection") -> None: ...

    def freed(self, connection: "Connection") -> None: ...

    def gone(self, connection: "Connection") -> None: ...

    def retry(self, job: Job[Any]) -> None: ...
