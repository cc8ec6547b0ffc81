"""A file becomes settings, or a list of everything that is wrong with it."""

from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from gatepost.config.load import FILE_LIMIT, load, parse, read
from gatepost.config.problems import ConfigError
from gatepost.config.schema import fields, sections
from gatepost.config.settings import settings_model
from gatepost.model.stage import Role
from tests.config.texts import nobody, text

EXAMPLE = Path(__file__).with_name("example.toml")


KEYS = sorted({key for _, model in sections(settings_model()) for key in fields(model)} | {"x", "password"})
VALUES = st.recursive(
    st.sampled_from(["", "any", "x", "127.0.0.1:25", "10.0.0.1/8", "30s", "file", -1, 0, 1, 2.5, True, False]),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)),
    max_leaves=12,
)


def refusal(path):
    with pytest.raises(ConfigError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert problem.file == str(path)
    return problem


def written(tmp_path, octets):
    path = tmp_path / "gatepost.toml"
    path.write_bytes(octets)
    return path


def test_the_example_loads_with_every_part_in_its_place():
    settings = load(EXAMPLE)
    assert set(settings.listeners) == {"inbound", "lan"}
    assert settings.listeners["lan"].role is Role.INTERNAL
    assert settings.domains["example.com"].recipients == "ad"
    assert settings.directories["ad"].type == "ldap"
    assert settings.listeners["inbound"].limits.limits().idle == 300.0
    assert settings.listeners["inbound"].table().lengths[b"EHLO"] == 262
    assert not settings.listeners["inbound"].table().allows("AUTH")
    assert settings.gateway.alarms.mail_to == ("postmaster@example.com",)


def test_domains_are_kept_as_a_labels(tmp_path):
    path = written(tmp_path, text({"domains": {"BÜCHER.example": {"backend": "inside", "recipients": "any"}}}).encode())
    assert set(load(path).domains) == {"example.com", "xn--bcher-kva.example"}


def test_a_missing_file_is_told_with_the_way_to_one(tmp_path):
    problem = refusal(tmp_path / "no.toml")
    assert (problem.message, problem.fix) == ("there is no such file", "Write one with: gatepost init")


def test_a_directory_is_told_with_the_file_that_was_meant(tmp_path):
    assert refusal(tmp_path).fix == f"Name the file: {tmp_path / 'gatepost.toml'}"


def test_a_file_that_may_not_be_read_is_told(tmp_path):
    path = written(tmp_path, b"")
    path.chmod(0)
    with nobody():
        assert "may not be read" in refusal(path).message


def test_octets_that_are_not_utf8_are_told_with_their_line(tmp_path):
    problem = refusal(written(tmp_path, b"# one\n# \xff\n"))
    assert (problem.line, problem.message) == (2, "has an octet that is not UTF-8")


def test_a_byte_order_mark_does_no_harm(tmp_path):
    assert load(written(tmp_path, b"\xef\xbb\xbf" + text({}).encode())).gateway.hostname == "mx1.example.com"


def test_windows_line_ends_do_no_harm(tmp_path):
    path = written(tmp_path, text({}).replace("\n", "\r\n").encode())
    assert read(path).source.line(("gateway", "hostname")) == 2


def test_a_huge_file_is_no_configuration(tmp_path):
    assert "larger than 4 MiB" in refusal(written(tmp_path, b"#" * (FILE_LIMIT + 1))).message


def test_an_empty_file_says_what_must_be_there(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, b""))
    assert [problem.section for problem in caught.value.problems] == ["gateway", "listeners"]


def test_the_error_is_readable_as_it_is(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text({"gateway": {"workers": 0}}).encode()))
    assert str(caught.value) == (
        f"{tmp_path}/gatepost.toml:3: error: [gateway] workers: 0 is too small: at least 1\n"
        "    Worker processes; default: one for each core of the machine."
    )


@given(st.dictionaries(st.sampled_from(list(fields(settings_model()))), VALUES, max_size=6))
def test_whatever_stands_in_the_file_is_settings_or_a_list_of_problems(tables):
    try:
        parse(tomlkit.dumps(tables), "f.toml")
    except ConfigError as error:
        assert error.problems
        assert all(problem.message and problem.line >= 0 for problem in error.problems)
