"""How is this subject written, whatever it says?"""

from collections.abc import Iterator

from gatepost.learn.folding import mixed_words
from gatepost.learn.shapes import RUN, sign_of, steps

ANSWERS = ("re:", "aw:", "sv:", "antw:", "odp:", "vs:", "r:", "ref:", "回复:", "答复:")
FORWARDS = ("fw:", "fwd:", "wg:", "tr:", "rv:", "转发:")
MARKS = "!?$€£%[*(|#:"
LAST = 24  # characters in which the end is looked at


def subject_features(raw: bytes, said: str) -> Iterator[str]:
    """
    Args:
        raw: the value of the field.
        said: the same decoded, unfolded, as it is shown.
    """
    yield f"subject:length:{steps(len(said))}"
    if not said.strip():
        yield "subject:empty"
        return
    lowered = said.lower().lstrip()
    if lowered.startswith((*ANSWERS, *FORWARDS)):
        yield "subject:answer" if lowered.startswith(ANSWERS) else "subject:forward"
    if said.isupper():
        yield "subject:capitals"
    if mixed_words(said):
        yield "subject:mixed"
    yield f"subject:begins:{sign_of(said.lstrip()[:1])}"
    yield f"subject:ends:{sign_of(RUN.findall(said[-LAST:].rstrip())[-1])}"
    for mark in MARKS:
        if mark in said:
            yield f"subject:{mark}{min(said.count(mark), 3)}"
    yield from encoding_features(raw, said)


def encoding_features(raw: bytes, said: str) -> Iterator[str]:
    if not raw.isascii():
        yield "subject:eight-bit"
    elif b"=?" in raw:
        charset = raw.partition(b"=?")[2].partition(b"?")[0][:12].decode().lower()
        yield f"subject:encoded:{said.isascii()}:{charset}"
