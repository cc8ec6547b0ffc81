"""`gatepost explain ID`: why did this message get its verdict?"""

import shutil
import sys
from typing import Annotated

import msgspec
import typer

from gatepost.app.recorded import rules_on
from gatepost.app.records import open_records
from gatepost.cli.explanation import explained
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import fail, say, say_json
from gatepost.cli.trace_view import WIDTH, explanation_text
from gatepost.config.load import load
from gatepost.engine.catalogue import check_classes
from gatepost.model.finding import Kind
from gatepost.model.trace import Trace
from gatepost.ports.journal import Records
from gatepost.ports.unavailable import Unavailable

ID_LENGTH = 6  # characters that are enough where only one transaction has them
WIDEST = 120
# What people read for what was written (Crockford's base 32).
MISREAD = str.maketrans("ILO", "110")

Transaction = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Its id, as in the reply, the log and `gatepost track`, or the first part of it."
    ),
]


def command(transaction: Transaction, config: ConfigFile = DEFAULT_CONFIG, json: JsonFlag = False) -> None:
    """Why a message got its verdict.

    Shows the evidence, the rule, what would have been without it, and the time line. What would have been is decided
    by the rules of the configuration as it is now.
    """
    settings = load(config)
    trace = found(open_records(settings), transaction.strip())
    explanation = explained(trace, all_kinds(), rules_on(settings, trace.listener))
    if json:
        say_json({"explanation": msgspec.to_builtins(explanation), "trace": msgspec.to_builtins(trace)})
    else:
        say(explanation_text(trace, explanation, width()))


def found(records: Records, transaction: str) -> Trace:
    """Ends the command with a reason if there is none."""
    if len(transaction) < ID_LENGTH:
        raise typer.BadParameter(f"an id, or at least its first {ID_LENGTH} characters")
    try:
        trace = records.get(transaction) or records.get(transaction.upper().translate(MISREAD))
    except Unavailable as error:
        fail(f"the journal cannot be read: {error}")
    if trace is None:
        fail(f"no transaction, or more than one, has an id that begins with {transaction}; see gatepost track")
    return trace


def all_kinds() -> dict[str, Kind]:
    """Everything that some check can find, by code."""
    return {kind.code: kind for check in check_classes().values() for kind in check.spec.kinds}


def width() -> int:
    """Of the terminal, within what can be read; behind a pipe always the same."""
    return min(WIDEST, shutil.get_terminal_size((WIDTH, 24)).columns) if sys.stdout.isatty() else WIDTH
