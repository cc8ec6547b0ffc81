"""What is wrong with this configuration? Asked in a child, so that whatever it does leaves no trace in us."""

import socket
from pathlib import Path
from signal import SIGKILL

import msgspec

from gatepost.supervise.child import Child, Tested
from gatepost.supervise.contract import App, S, StartError
from gatepost.supervise.crew import Crew, how

SELF_TEST = "self-test"  # name of the child
PATIENCE = 60.0  # seconds the test may take
PROBLEMS = 50  # told at most
TEXT_LIMIT = 1000  # characters of one


class SelfTest:
    """One test of one configuration file; `result` is None while it runs. Raises OSError if it cannot be started."""

    def __init__(self, crew: Crew, app: App[S], path: Path, now: float) -> None:
        self.result: tuple[str, ...] | None = None
        self.child = crew.start(SELF_TEST, lambda line: tested(app, path, line), ended=self.ended, orphaned=SIGKILL)
        self.child.part([(now + PATIENCE, SIGKILL)])

    def ended(self, child: Child, code: int) -> None:
        said = [message for message in child.hear() if isinstance(message, Tested)]
        if code == 0 and said:
            self.result = said[0].problems
        else:
            self.result = (f"the self-test did not come to an end: {how(code)}; the log says more",)


def tested(app: App[S], path: Path, line: socket.socket) -> int:
    """In the child."""
    try:
        problems = list(app.self_test(app.load(path)))
    except StartError as error:
        problems = [str(error)]
    bounded = tuple(problem[:TEXT_LIMIT] for problem in problems[:PROBLEMS])
    line.send(msgspec.json.encode(Tested(bounded)))
    return 0
