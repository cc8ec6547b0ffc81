"""`gatepost coverage`: which of the twelve issues does this configuration answer?"""

from collections.abc import Iterator

from gatepost.cli.options import DEFAULT_CONFIG, ConfigFile
from gatepost.cli.options import Json as JsonFlag
from gatepost.cli.terminal import Json, say, say_json, styled
from gatepost.cli.trace_view import WIDTH, wrapped
from gatepost.cli.twelve_issues import Answer, Issue, State, issues
from gatepost.config.load import load

COLOURS = {State.ON: "green", State.SHADOW: "yellow", State.OFF: "red", State.MISSING: "dim"}
SUMMARIES = {"answered": "green", "partly answered": "yellow", "open": "red"}
INDENT = " " * 17


def command(config: ConfigFile = DEFAULT_CONFIG, json: JsonFlag = False) -> None:
    """The twelve issues of a mail gateway against a configuration.

    Which settings answer each, which are off or in shadow, and what is not built yet.
    """
    found = issues(load(config))
    if json:
        say_json([as_json(issue) for issue in found])
        return
    say("\n\n".join("\n".join(paragraph(issue)) for issue in found))
    counts = [f"{sum(issue.count for issue in found if issue.summary == name)} {name}" for name in SUMMARIES]
    say(f"\n{', '.join(counts)}.")


def as_json(issue: Issue) -> Json:
    return {
        "issue": issue.number,
        "title": issue.title,
        "summary": issue.summary,
        "answers": [
            {"state": answer.state.value, "setting": answer.setting, "says": answer.says} for answer in issue.answers
        ],
    }


def paragraph(issue: Issue) -> Iterator[str]:
    summary = styled(issue.summary, SUMMARIES[issue.summary])
    yield f"{styled(f'{issue.number:<5}{issue.title}', 'bold')}: {summary}"
    for answer in issue.answers:
        yield from lines(answer)


def lines(answer: Answer) -> Iterator[str]:
    state = styled(f"{answer.state.value:<13}", COLOURS[answer.state])
    setting = f" ({answer.setting})" if answer.setting not in ("", "always") else ""
    first, *rest = wrapped(f"{answer.says}{setting}", WIDTH - len(INDENT) - 1, "")
    yield f"  {state}  {first}"
    yield from (f"{INDENT}{line}" for line in rest)
