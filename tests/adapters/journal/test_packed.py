from hypothesis import given

from gatepost.adapters.journal.packed import Packer, dictionary_of, unpack
from gatepost.adapters.journal.typical import typical
from gatepost.adapters.journal.wire import encode
from tests.adapters.journal.traces import trace, traces

DICTIONARY = dictionary_of(map(encode, typical()))


@given(traces())
def test_what_is_packed_is_unpacked(any_trace):
    body = encode(any_trace)
    assert unpack(Packer(DICTIONARY)(body), DICTIONARY) == body


def test_one_packer_packs_each_by_itself():
    pack = Packer(DICTIONARY)
    assert [unpack(pack(encode(trace(i))), DICTIONARY) for i in range(3)] == [encode(trace(i)) for i in range(3)]


def test_a_trace_becomes_a_fraction():
    body = encode(trace())
    assert len(Packer(DICTIONARY)(body)) < len(body) / 3


def test_no_dictionary_is_a_dictionary():
    assert unpack(Packer(b"")(b"body"), b"") == b"body"
