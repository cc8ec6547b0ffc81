"""What would hold the processes that look into messages, and can they be started at all? For `gatepost check`."""

from gatepost.adapters.inspection.nursery import ENDS_WITHIN, STARTS_WITHIN, launched
from gatepost.adapters.inspection.sandbox.confine import Confinement
from gatepost.adapters.inspection.wire import Orders, Ready, receive, send


def survey(orders: Orders) -> Ready:
    """Starts one, asks it, ends it: takes about a second, and blocks. Never raises."""
    try:
        line, process = launched()
    except OSError as error:
        return Ready(Confinement(), f"no process can be started: {error.strerror}")
    with line, process:
        line.settimeout(STARTS_WITHIN)
        try:
            send(line, orders)
            answer, _ = receive(line)
        except OSError as error:
            answer = Ready(Confinement(), f"the process does not answer: {error}")
        line.close()
        process.kill()
        process.wait(ENDS_WITHIN)
    return answer if isinstance(answer, Ready) else Ready(Confinement(), "the process ended at once")
