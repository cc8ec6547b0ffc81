"""What is a key, and what is none."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.quarantine.key import BadKey, key_of, read_key
from tests.adapters.quarantine.warehouse import KEY


@pytest.mark.parametrize(
    "written",
    [KEY.hex().encode(), KEY.hex().upper().encode() + b"\n", base64.b64encode(KEY) + b"\r\n",
     base64.urlsafe_b64encode(KEY)],
)  # fmt: skip
def test_a_key_is_hex_or_base64(written):
    assert key_of(written) == KEY


@given(st.binary(min_size=32, max_size=32))
def test_every_key_can_be_written_either_way(key):
    assert key_of(key.hex().encode()) == key_of(base64.b64encode(key)) == key_of(base64.urlsafe_b64encode(key)) == key


@pytest.mark.parametrize(
    "written", [b"", b"\n", KEY, KEY.hex().encode()[:-2], base64.b64encode(KEY[:31]), b"password", b"\xff" * 40]
)
def test_anything_else_is_none_and_the_reason_does_not_repeat_it(written):
    with pytest.raises(BadKey) as error:
        key_of(written)
    assert written.strip().decode("latin-1") not in str(error.value) or not written.strip()


def test_without_a_file_nothing_is_sealed(tmp_path):
    assert read_key(None) is None
    with pytest.raises(FileNotFoundError):
        read_key(tmp_path / "key")
    (tmp_path / "key").write_text(KEY.hex())
    assert read_key(tmp_path / "key") == KEY
