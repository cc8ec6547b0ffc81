"""Whether all line ends are CRLF, and what is held back as a possible end; how it all plays together: test_server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.smtp.content import END, has_only_crlf, possible_end

PIECES = st.lists(st.sampled_from([b"a", b"a" * 40, b"\r", b"\n", b"\r\n", b"."]), max_size=12).map(b"".join)


@given(PIECES)
def test_only_crlf_is_every_cr_before_an_lf_and_every_lf_behind_a_cr(octets):
    assert has_only_crlf(octets) == (octets.count(b"\r") == octets.count(b"\r\n") == octets.count(b"\n"))


@pytest.mark.parametrize("line", [b"\r\n", b"x" * 70 + b"\r\n"], ids=["short lines", "long lines"])
@pytest.mark.parametrize("bad", [b"\r", b"\n", b"\n\r", b"\r\r\n"], ids=repr)
def test_one_bare_line_end_among_many_lines_is_seen(line, bad):
    assert has_only_crlf(line * 100) and not has_only_crlf(line * 50 + bad + line * 50)


@given(PIECES)
def test_what_is_held_back_is_the_longest_tail_with_which_the_end_could_begin(octets):
    tails = [END[:length] for length in range(4, 0, -1) if octets.endswith(END[:length])]
    assert possible_end(octets) == (tails[0] if tails else b"")
