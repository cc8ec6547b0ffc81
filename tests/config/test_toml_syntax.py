"""A file that is not TOML is told by line and column, with what its author probably meant."""

import pytest

from tests.config.texts import problems


@pytest.mark.parametrize(
    ("line", "complaint", "advice"),
    [
        ("hostname: mx1", "expected '='", "key = value"),
        ("hostname = mx1.example.com", "invalid value", 'in quotes, as in hostname = "mx1.example.com"'),
        ("bind = 10.0.0.1:25", "expected newline", "in quotes"),
        ("idle = 30s", "expected newline", '"30s"'),
        ("enabled = True", "invalid value", "lower case and without quotes"),
        ("enabled = yes", "invalid value", "Write true or false"),
        ("a = 1\na = 2", "a is there twice", "Keep one"),
        ("[x]\n[y]\n[x]", "the section [x] is there twice", "under one header"),
        ("bind = [1,\n2\nb = 3", "never closed", 'Close it with "]"'),
        ('a = "x', "not closed on its line", "End it with the quote"),
        ("a = \u201cx\u201d", "invalid value", "straight quotes"),
        ("a =", "invalid value", "Give the key a value"),
        ("= 3", "invalid statement", "no key before the equals sign"),
        ('a = "x" "y"', "expected newline", '["a", "b"]'),
        ("a = 1,", "expected newline", "comma at the end"),
        ("a = 010", "expected newline", "leading zeros"),
        ("tls = { a = 1,\nb = 2 }", "key", "one line, without a comma at its end"),
        ("[domains.ex\u00e4mple.com]", "expected ']'", '[domains."example.com"]'),
        ("[gateway", "expected ']'", "Close the bracket"),
        ("host name = 1", "expected '='", 'no space in it: write it with "_"'),
        ("hello", "expected '='", "A line is key = value"),
    ],
)
def test_the_complaint_is_explained(line, complaint, advice):
    (problem,) = problems(f"# first\n{line}\n")
    assert problem.rule == "syntax"
    assert complaint in problem.message
    assert advice in problem.fix


def test_line_and_column_are_told():
    (problem,) = problems("[gateway]\n\nhostname = mx1\n")
    assert (problem.line, problem.message) == (3, "not TOML at column 12: invalid value")


def test_the_end_of_the_file_is_a_place_too():
    (problem,) = problems('a = """\nnever closed')
    assert problem.line == 2


def test_the_line_is_not_shown_since_it_may_hold_a_secret():
    (problem,) = problems("password = hunter2\n")
    assert "hunter2" not in str(problem)


def test_nesting_without_end_is_a_mistake_and_no_crash():
    (problem,) = problems(f"a = {'[' * 20_000}")
    assert "nested too deeply" in problem.message
