"""The pieces in which content goes out, and its end, however it was cut."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.backend.content import PIECE, end_after, pieces, whole
from tests.adapters.backend.delivering import Octets

CHUNKS = st.lists(st.sampled_from([b"", b"a", b"\r", b"\n", b"\r\n", b"..", b"ab\r\n"]), max_size=6)


class Chunks:
    def __init__(self, chunks):
        self.list = chunks
        self.size = sum(map(len, chunks))

    def chunks(self):
        return iter(self.list)


@given(CHUNKS)
def test_the_dot_stands_on_a_line_of_its_own_however_the_content_was_cut(chunks):
    content, sent = b"".join(chunks), whole(Chunks(chunks))
    assert sent == content + (b".\r\n" if content in (b"",) or content.endswith(b"\r\n") else b"\r\n.\r\n")


@given(CHUNKS)
def test_a_big_message_ends_as_a_small_one_does(chunks):
    assert b"".join(pieces(Chunks(chunks))) + end_after(b"".join(chunks)[-2:]) == whole(Chunks(chunks))


def test_no_piece_is_too_big():
    octets = b"x" * (PIECE * 2 + 7)
    cut = list(pieces(Octets(octets, step=len(octets))))
    assert [len(piece) for piece in cut] == [PIECE, PIECE, 7] and b"".join(cut) == octets
