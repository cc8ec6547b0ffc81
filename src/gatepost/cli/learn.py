"""`gatepost learn`: what teaches the spam filter, what is known of that, how well it tells mail apart."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from gatepost.app import teaching
from gatepost.app.teaching import UNSEEN, CannotTakeIn, message_of
from gatepost.cli.learn_view import evaluation_json, evaluation_text, outcome, status_json, status_text
from gatepost.cli.mailboxes import messages
from gatepost.cli.message_file import Unreadable
from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.roc_plot import plot
from gatepost.cli.terminal import FAILED, fail, printable, say, say_json, tell
from gatepost.config.load import load
from gatepost.learn.evaluation import roc
from gatepost.learn.taught import Judged
from gatepost.model.message import Message
from gatepost.ports.unavailable import Unavailable

command = typer.Typer(
    name="learn",
    help="Teach the spam filter, and see what it has learned.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Result = TypeVar("Result")
EVERY = 50  # messages after which the terminal is told

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="mbox, maildir, message, directory of messages; - is stdin.")
]
Ham = Annotated[list[str] | None, typer.Option("--ham", metavar="PATH", help="Mail that is no spam; may be repeated.")]
SpamPaths = Annotated[list[str] | None, typer.Option("--spam", metavar="PATH", help="Spam; may be repeated.")]
Plot = Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw the ROC curve.")]
Target = Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="File that `gatepost learn export` wrote.")]


@command.command("spam")
def spam(paths: Paths, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Teach that these messages are spam.

    What was learned as ham before is learned anew. The running gateway uses it within a second.
    """
    teach(config, paths, True)


@command.command("ham")
def ham(paths: Paths, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Teach that these messages are no spam.

    What was learned as spam before is learned anew. The running gateway uses it within a second.
    """
    teach(config, paths, False)


@command.command("forget")
def forget(paths: Paths, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Take back what these messages have taught, to the last bit."""
    settings = load(config)
    with_progress = Progress()
    counts = attempted(lambda: teaching.forget(settings, read(paths), with_progress))
    with_progress.end()
    say(f"{counts[teaching.FORGOTTEN]:,} forgotten, {counts[teaching.UNKNOWN]:,} had taught nothing")
    if not counts.total():
        raise typer.Exit(FAILED)


@command.command("status")
def status(config: ConfigFile = DEFAULT_CONFIG, json: JsonFlag = False) -> None:
    """How much was taught, by whom, and what follows."""
    settings = load(config)
    found = attempted(lambda: teaching.status(settings))
    if json:
        say_json(status_json(found))
    else:
        say(status_text(found))


@command.command("evaluate")
def evaluate(
    config: ConfigFile = DEFAULT_CONFIG,
    ham_: Ham = None,
    spam_: SpamPaths = None,
    plot_: Plot = None,
    json: JsonFlag = False,
) -> None:
    """How well does the filter tell mail apart?

    By itself: the newest lessons, each judged by what the others teach. With --ham and --spam: those messages, judged
    by the filter as it is; what taught it is left out. Other checks, which count too in the gateway, are not asked.
    """
    if bool(ham_) != bool(spam_):
        raise typer.BadParameter("--ham and --spam: both or none")
    judged = judgement(config, ham_ or (), spam_ or ())
    if not 0 < sum(judged.is_spam) < len(judged.scores):
        fail("there are no mails of both kinds to judge by: teach some, or give --ham and --spam")
    if json:
        say_json(evaluation_json(judged))
    else:
        say(evaluation_text(judged))
    if plot_ is not None:
        try:
            plot_.write_text(plot(roc(judged.scores, judged.is_spam), "Spam that is caught"), "utf-8")
        except OSError as error:
            fail(f"{plot_}: {error.strerror}")


def judgement(config: Path, ham_: Sequence[str], spam_: Sequence[str]) -> Judged:
    settings = load(config)
    if not ham_:
        return attempted(lambda: teaching.judged_lessons(settings))
    with_progress = Progress()
    found = attempted(lambda: asyncio.run(teaching.judged_mails(settings, read(ham_), read(spam_), with_progress)))
    with_progress.end()
    return found


@command.command("export")
def export(target: Target, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Write all lessons to a file, for another gateway or as a copy. No word of any mail is in it."""
    settings = load(config)
    number = attempted(lambda: teaching.export(settings, target))
    say(f"{number:,} lessons written to {printable(str(target))}")


@command.command("import")
def take_in(source: Source, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Be taught by the lessons of another gateway; what is known already is left out."""
    settings = load(config)
    say(outcome(attempted(lambda: teaching.take_in(settings, source))))


# ── inside ───────────────────────────────────────────────────────────────────
def teach(config: Path, paths: Sequence[str], is_spam: bool) -> None:
    settings = load(config)
    with_progress = Progress()
    counts: Counter[str] = attempted(lambda: asyncio.run(teaching.teach(settings, read(paths), is_spam, with_progress)))
    with_progress.end()
    say(outcome(counts))
    if not counts.total() or counts[UNSEEN]:
        raise typer.Exit(FAILED)


def read(paths: Sequence[str]) -> Iterator[Message]:
    return map(message_of, messages(paths, lambda text: tell(printable(text))))


def attempted(work: Callable[[], Result]) -> Result:
    """What an operator can mend is said in words; messages that were done before are taught."""
    try:
        return work()
    except (Unreadable, CannotTakeIn, Unavailable) as error:
        fail(printable(str(error)))
    except OSError as error:
        fail(printable(f"{error.filename or ''}: {error.strerror}"))


class Progress:
    """How many messages are done, on a terminal only."""

    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        self.said = 0

    def __call__(self, done: int) -> None:
        if self.is_shown and done >= self.said + EVERY:
            self.said = done
            sys.stderr.write(f"\r{done:,} messages")
            sys.stderr.flush()

    def end(self) -> None:
        if self.said:
            sys.stderr.write("\r\x1b[K")
