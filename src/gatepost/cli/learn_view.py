"""How is shown what the spam filter was taught, and how well it tells mail apart?"""

from collections.abc import Mapping

from gatepost.app.teaching import CAPPED, KNOWN, LEARNED, RELEARNED, UNSEEN
from gatepost.cli.terminal import Json, printable, table
from gatepost.cli.trace_view import moment
from gatepost.learn.calibration import LEVELS
from gatepost.learn.evaluation import Point, auc_loss, roc
from gatepost.learn.taught import Judged, Status

RATES = (0.0, 0.001, 0.005, 0.01, 0.05)  # of ham called spam
SAID = {
    LEARNED: "learned", RELEARNED: "learned that it is the other kind", KNOWN: "known already",
    CAPPED: "too many for one day", UNSEEN: "could not be looked into",
}  # fmt: skip


def outcome(counts: Mapping[str, int]) -> str:
    """`12 learned, 3 known already`."""
    return (
        ", ".join(f"{counts[name]:,} {text}" for name, text in SAID.items() if counts.get(name)) or "no message found"
    )


def status_text(status: Status) -> str:
    lines = [f"Taught: {status.ham:,} ham, {status.spam:,} spam ({status.octets / 1024**2:.1f} MiB of lessons)"]
    if status.is_taught:
        lines.append("That is enough: the filter may be sure of what it says.")
    else:
        lines.append(f"Until it is {status.enough} of each, a score alone makes no level above 6.")
    lines.append(f"The model that comes with the program still counts {status.model_weight:.0%}.")
    lines.append(f"Levels are cut by {'what was taught here' if status.is_calibrated else 'that model'}.")
    if status.sources:
        rows = [
            (name_of(source.name), str(source.ham), str(source.spam), moment(source.last)) for source in status.sources
        ]
        lines += ["", table(rows, ("by", "ham", "spam", "last"))]
    return "\n".join(lines)


def name_of(source: str) -> str:
    return printable(source) or "hand"


def status_json(status: Status) -> Json:
    return {
        "ham": status.ham, "spam": status.spam, "enough": status.enough, "is_taught": status.is_taught,
        "model_weight": status.model_weight, "is_calibrated": status.is_calibrated, "octets": status.octets,
        "sources": [
            {"name": name_of(each.name), "ham": each.ham, "spam": each.spam, "last": each.last}
            for each in status.sources
        ],
    }  # fmt: skip


# ── evaluation ───────────────────────────────────────────────────────────────
def best(points: tuple[Point, ...], rate: float) -> Point | None:
    """Where most spam is found while no more of the ham is called so."""
    fitting = [point for point in points if point.ham <= rate]
    return fitting[-1] if fitting else None


def levels_of(judged: Judged) -> list[tuple[int, float, float]]:
    """Level, part of the ham and part of the spam at or over it."""
    found = [judged.calibration.level(score, judged.is_taught) for score in judged.scores]
    spam = sum(judged.is_spam)
    rows = []
    for level in range(1, LEVELS + 1):
        over = [kind for one, kind in zip(found, judged.is_spam, strict=True) if one >= level]
        rows.append((level, (len(over) - sum(over)) / (len(found) - spam), sum(over) / spam))
    return rows


def evaluation_text(judged: Judged) -> str:
    points = roc(judged.scores, judged.is_spam)
    spam = sum(judged.is_spam)
    rates = []
    for rate in RATES:
        point = best(points, rate)
        rates.append(
            (f"{rate:.1%}", "-", "0.0%")
            if point is None
            else (f"{rate:.1%}", f"{point.score:+.2f}", f"{point.spam:.1%}")
        )
    levels = [(str(level), f"{ham:.2%}", f"{found:.1%}") for level, ham, found in levels_of(judged)]
    return "\n".join((
        f"{len(judged.scores) - spam:,} ham and {spam:,} spam, none of which taught what judges it.",
        f"1 - area under the curve: {auc_loss(judged.scores, judged.is_spam):.3%}",
        "", table(rates, ("ham lost", "score from", "spam caught")),
        "", table(levels, ("level", "ham at or over it", "spam at or over it")),
    ))  # fmt: skip


def evaluation_json(judged: Judged) -> Json:
    points = roc(judged.scores, judged.is_spam)
    spam = sum(judged.is_spam)
    found = [(rate, best(points, rate)) for rate in RATES]
    return {
        "ham": len(judged.scores) - spam, "spam": spam, "auc_loss": auc_loss(judged.scores, judged.is_spam),
        "at": [
            {"ham": rate, "score": point.score if point else None, "spam": point.spam if point else 0.0}
            for rate, point in found
        ],
        "levels": [{"level": level, "ham": ham, "spam": part} for level, ham, part in levels_of(judged)],
    }  # fmt: skip
