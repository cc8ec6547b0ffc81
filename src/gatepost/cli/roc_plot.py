"""How does a ROC curve look as a picture? SVG, with the ham on a logarithmic scale: what matters is below 1 %."""

from collections.abc import Sequence
from math import log10

from gatepost.learn.evaluation import Point

WIDTH, HEIGHT, MARGIN = 640, 420, 60  # of the plot, without its margin
LEAST = 0.0001  # part of the ham at the left edge
SCALE = -log10(LEAST)
TICKS = ((0.0001, "0.01 %"), (0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %"))
MOST = 2000  # points that are drawn

STYLE = "text{font:13px sans-serif}path{fill:none;stroke:#1f6feb;stroke-width:2}line{stroke:#ccc}"


def across(ham: float) -> float:
    return MARGIN + WIDTH * (1 + log10(max(ham, LEAST)) / SCALE)


def down(spam: float) -> float:
    return MARGIN + HEIGHT * (1 - spam)


def plot(points: Sequence[Point], title: str) -> str:
    """A whole SVG file.

    Args:
        title: of our own words.
    """
    shown = points[:: max(1, len(points) // MOST)]
    steps = [f"M{across(0):.1f} {down(0):.1f}"]
    for point in (*shown, Point(0.0, 1.0, 1.0)):
        steps.append(f"H{across(point.ham):.1f}V{down(point.spam):.1f}")
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 2 * MARGIN} {HEIGHT + 2 * MARGIN}">',
        f"<style>{STYLE}</style>",
        f'<text x="{MARGIN}" y="{MARGIN / 2}">{title}</text>',
        *grid(),
        f'<path d="{"".join(steps)}"/>',
        "</svg>", "",
    ))  # fmt: skip


def grid() -> list[str]:
    bottom, right = HEIGHT + MARGIN, WIDTH + MARGIN
    lines = []
    for part, name in TICKS:
        x = across(part)
        lines.append(f'<line x1="{x:.1f}" y1="{MARGIN}" x2="{x:.1f}" y2="{bottom}"/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{name}</text>')
    for tenths in range(0, 11, 2):
        y = down(tenths / 10)
        lines.append(f'<line x1="{MARGIN}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{tenths * 10} %</text>')
    lines.append(
        f'<text x="{MARGIN + WIDTH / 2}" y="{bottom + 40}" text-anchor="middle">ham that is called spam</text>'
    )
    return lines
