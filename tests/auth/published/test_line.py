"""How a record stands."""

from gatepost.auth.published.line import Line, Standing, asked, judged, text
from gatepost.ports.unavailable import Unavailable

LINE = Line(name="example.com", type="TXT", wanted=("a",), why="It matters.", note="Say it.")


async def test_without_an_answer_the_note_stays():
    async def nobody(line):
        raise Unavailable("timed out")

    found = await asked(LINE, nobody)
    assert (found.standing, found.note) == (Standing.UNKNOWN, "no answer: timed out. Say it.")


def test_nothing_published_is_missing_whatever_the_problem():
    assert judged(LINE, (), "wrong").standing is Standing.MISSING


def test_a_problem_is_the_note_of_what_differs():
    found = judged(LINE, ("b",), "wrong", "note")
    assert (found.standing, found.note, found.published) == (Standing.DIFFERS, "wrong", ("b",))


def test_without_a_problem_all_is_well():
    assert judged(LINE, ("b",), "", "note").standing is Standing.OK


def test_octets_that_are_no_text_are_shown():
    assert text(b"v=\xff\x00") == "v=\\xff\x00"
