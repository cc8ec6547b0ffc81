"""The scanner finds every key that `tomllib` finds, on the line where it stands."""

import tomllib
from typing import Any

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from gatepost.config.source import Path, Source, read_source

ALPHABET = st.sampled_from(['"', "'", "\\", "#", "[", "]", "{", "}", "=", ",", ".", "\n", " ", "a", "b"])
KEYS = st.text(ALPHABET, min_size=1, max_size=4)
VALUES = st.recursive(
    st.one_of(st.text(ALPHABET, max_size=6), st.integers(0, 9), st.booleans(), st.just(1.5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


def paths(value: Any, prefix: Path = ()) -> set[Path]:
    found: set[Path] = {prefix} if prefix else set()
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found |= paths(inner, (*prefix, key))
    return found


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_key_that_the_parser_finds_has_a_line(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    lines = read_source("f", text).lines
    assert set(lines) == paths(tomllib.loads(text))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


def lines(text: str) -> dict[Path, int]:
    tomllib.loads(text)
    return dict(read_source("f", text).lines)


def test_a_key_stands_on_its_own_line_below_its_section() -> None:
    assert lines("# c\n[a]\n\nx = 1\n") == {("a",): 2, ("a", "x"): 4}


def test_quoted_and_dotted_keys_are_read_as_the_parser_reads_them() -> None:
    assert lines('[domains."example.com"]\n"a\\tb".c = 1\n')[("domains", "example.com", "a\tb", "c")] == 2


def test_the_tables_of_an_array_are_numbered() -> None:
    found = lines("[[p.rules]]\nn = 1\n[[p.rules]]\n[p.rules.sub]\nx = 1\n")
    assert (found[("p", "rules", 0, "n")], found[("p", "rules", 1)], found[("p", "rules", 1, "sub", "x")]) == (2, 3, 5)


def test_keys_inside_inline_tables_and_arrays_over_several_lines_have_their_lines() -> None:
    found = lines('a = [\n  { x = 1, y = [2,\n 3] },  # "]"\n  { x = 4 },\n]\n')
    assert (found[("a", 0, "y", 1)], found[("a", 1, "x")]) == (3, 4)


def test_text_that_looks_like_keys_inside_a_string_is_not_taken_for_keys() -> None:
    found = lines('a = """\n[b]\nc = 1 \\""" \n""""\nd = \'\'\'\n[e]\'\'\'\nf = 2\n')
    assert found == {("a",): 1, ("d",): 5, ("f",): 7}


def test_a_section_has_the_line_of_its_own_header_when_a_subsection_came_first() -> None:
    assert lines("[a.b]\nx = 1\n[a]\ny = 1\n")[("a",)] == 3


def test_windows_line_ends_count_once() -> None:
    assert lines("a = 1\r\nb = '''\r\n\r\n'''\r\nc = 1\r\n")[("c",)] == 5


def test_a_key_that_is_not_there_has_the_line_of_the_section_around_it() -> None:
    source = Source("f", {("a",): 7})
    assert (source.line(("a", "x")), source.line(("b",))) == (7, 0)
