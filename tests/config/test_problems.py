"""A problem says where, what, and what to do, in one form for every mistake."""

import pytest

from gatepost.config.problems import (
    ConfigError,
    Problem,
    Severity,
    in_order,
    may_be_secret,
    one_of,
    place,
    section_name,
    toml_value,
)


def problem(line=0, **parts):
    return Problem(rule="r", file="f.toml", line=line, message="m", **parts)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (problem(), "f.toml: error: m"),
        (problem(7), "f.toml:7: error: m"),
        (problem(7, section="a.b", key="c"), "f.toml:7: error: [a.b] c: m"),
        (problem(7, key="c", severity=Severity.WARNING, fix="Do."), "f.toml:7: warning: c: m\n    Do."),
    ],
)
def test_a_problem_is_readable(given, text):
    assert str(given) == text


def test_problems_stand_in_the_order_of_the_file_each_once_and_those_without_a_line_last():
    assert [p.line for p in in_order([problem(0), problem(9), problem(2), problem(9)])] == [2, 9, 0]


def test_the_error_says_all_of_them():
    assert str(ConfigError([problem(2), problem(1)])) == "f.toml:1: error: m\nf.toml:2: error: m"


def test_names_of_sections_are_quoted_where_toml_quotes_them():
    assert section_name(("domains", "example.com")) == 'domains."example.com"'
    assert section_name(("policy", "rules", 0, "reply")) == "policy.rules #1.reply"


@pytest.mark.parametrize(
    ("path", "raw", "named"),
    [
        (("a", "b"), {"a": {"b": 1}}, ("a", "b")),
        (("a", "b"), {"a": {"b": {}}}, ("a.b", "")),
        (("a", "b", 0), {"a": {"b": [1]}}, ("a", "b")),
        (("a", 0, "c"), {"a": [{"c": 1}]}, ("a #1", "c")),
        (("a", 0), {"a": [{}]}, ("a #1", "")),
    ],
)
def test_a_path_is_a_section_and_a_key(path, raw, named):
    assert place(path, raw) == named


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (3, "3"),
        (1.5, "1.5"),
        ('a"\\\n', r'"a\"\\\u000a"'),
        (["a", False], '["a", false]'),
        ({"a b": 1, "c": {}}, '{ "a b" = 1, c = {} }'),
    ],
)
def test_values_are_shown_as_toml(value, text):
    assert toml_value(value) == text


@pytest.mark.parametrize(
    ("path", "value", "secret"),
    [
        (("directories", "ad", "password"), "x", True),
        (("directories", "ad", "password_file"), "x", True),
        (("a", "api_key"), "x", True),
        (("a", "b"), "-----BEGIN PRIVATE KEY-----", True),
        (("a", "b"), "redis://user:pw@host/0", True),
        (("a", "b"), ["x", "redis://:pw@host"], True),
        (("a", "b"), [{"token": "x"}], True),
        (("a", "b"), "redis://host:6379/0", False),
        (("listeners", "x", "tls", "key"), "/etc/tls.key", False),
        (("a", "b"), "ann@example.com", False),
        (("a", "b"), "[2001:db8::1]:25", False),
    ],
)
def test_what_may_be_a_secret_is_known(path, value, secret):
    assert may_be_secret(path, value) is secret


def test_choices_are_listed_in_words():
    assert (one_of(["a"]), one_of(["a", "b", "c"]), one_of([])) == ('"a"', '"a", "b" or "c"', "")
