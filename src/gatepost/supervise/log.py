"""Where does the gateway say what it does? One JSON object a line, on standard error."""

import logging
import os
import sys
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
PRIORITIES: Final = {"debug": "7", "info": "6", "warning": "4", "error": "3", "critical": "2"}
"""syslog(3)'s, as journald reads them at the beginning of a line (sd-daemon(3))."""


def set_up(level: str) -> None:
    """For this process and all forked from it; what libraries log by `logging` comes out the same way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    rendered: Processor = prioritised if is_journal() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, rendered],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(LEVELS[level], logging.WARNING))


def is_journal() -> bool:
    """Standard error goes straight to journald (systemd.exec(5), $JOURNAL_STREAM)."""
    stream = os.fstat(2)
    return os.environ.get("JOURNAL_STREAM") == f"{stream.st_dev}:{stream.st_ino}"


def prioritised(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """With the level in front, for `journalctl -p`."""
    priority = PRIORITIES.get(event.get("level", "info"), "6")
    return f"<{priority}>{structlog.processors.JSONRenderer()(logger, name, event)!s}"
