"""The file of secrets by which senders are signed: read at the start, and its mistakes told before."""

import pytest

from gatepost.auth.batv import BadKeys, BounceKeys
from gatepost.config.bounce_keys import bounce_keys, lint_bounce_keys
from gatepost.config.files import lint_files
from tests.config.texts import brief, loaded


def with_file(path, **more):
    return loaded({"checks": {"bounce": {"secret_file": str(path), **more}}})


def written(tmp_path, text, mode=0o600):
    path = tmp_path / "secrets"
    path.write_bytes(text)
    path.chmod(mode)
    return path


GOOD = b"1 correct horse battery staple\n"


def test_secrets_are_read_and_hold_for_the_lifetime(tmp_path):
    keys = bounce_keys(with_file(written(tmp_path, GOOD), lifetime="3d").settings)
    assert keys == BounceKeys(((1, b"correct horse battery staple"),), 3)


def test_where_no_file_is_named_there_are_none(tmp_path):
    assert bounce_keys(loaded({}).settings) == BounceKeys()
    assert bounce_keys(with_file(written(tmp_path, GOOD), enabled=False).settings) == BounceKeys()


@pytest.mark.parametrize("text", [b"", b"secret\n", b"\xff\xfe\n"])
def test_a_file_without_secrets_is_an_error_before_the_start(tmp_path, text):
    configuration = with_file(written(tmp_path, text))
    with pytest.raises(BadKeys):
        bounce_keys(configuration.settings)
    (told,) = map(brief, lint_bounce_keys(configuration))
    assert told.startswith("checks.bounce.secret_file: no keys can be read from it")
    assert "horse" not in told


def test_good_secrets_are_no_problem(tmp_path):
    assert not list(lint_bounce_keys(with_file(written(tmp_path, GOOD))))
    assert not list(lint_bounce_keys(loaded({})))


def test_a_missing_file_is_told_once(tmp_path):
    configuration = with_file(tmp_path / "none")
    assert not list(lint_bounce_keys(configuration))
    assert [problem.rule for problem in lint_files(configuration)] == ["file.missing"]


def test_a_file_that_everybody_can_read_is_told(tmp_path):
    configuration = with_file(written(tmp_path, GOOD, mode=0o644))
    assert "file.exposed" in [problem.rule for problem in lint_files(configuration)]
