"""A file is there whole or not at all, and for its owner alone."""

import os
import stat

import pytest

from gatepost.disk.durable import replace, write_synced


def test_what_is_replaced_is_whole_private_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "model"
    replace(path, b"one")
    replace(path, b"two")
    assert path.read_bytes() == b"two" and os.listdir(tmp_path) == ["model"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_fails_on_the_way_leaves_the_old_one(tmp_path):
    path = tmp_path / "model"
    replace(path, b"one")

    def broken():
        yield b"tw"
        raise ValueError("the source is gone")

    with pytest.raises(ValueError, match="gone"):
        write_synced(tmp_path, broken(), "model")
    assert path.read_bytes() == b"one" and os.listdir(tmp_path) == ["model"]


def test_a_name_that_cannot_be_taken_leaves_nothing_behind(tmp_path):
    path = tmp_path / "model"
    (path / "full").mkdir(parents=True)
    with pytest.raises(OSError, match="model"):
        replace(path, b"one")
    assert os.listdir(tmp_path) == ["model"]


def test_a_draft_begins_as_it_is_told(tmp_path):
    assert write_synced(tmp_path, [b"a", b"b"], "site").startswith(f"{tmp_path}/site.")
    assert write_synced(str(tmp_path), []).startswith(f"{tmp_path}/{os.getpid()}.")
