"""What does a TOML parser's complaint mean for the person who wrote the line?

The line itself is never shown: a half-written one may hold a secret.
"""

import re

from gatepost.config.problems import Problem

POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

ADVICE: tuple[tuple[str, str], ...] = (
    ("[\u201c\u201d\u2018\u2019]", 'Use straight quotes: "…".'),
    (r"^\s*=", "There is no key before the equals sign."),
    (r"^\s*[\w.-]+\s*:", "TOML writes key = value, with an equals sign."),
    (r"^\s*[^\s=#\"'\[.]+\s+[^\s=.]", 'A key has no space in it: write it with "_".'),
    (r"=\s*(?i:true|false|yes|no|on|off)\b", "Write true or false, in lower case and without quotes."),
    (r"=\s*(?:#|$)", "Give the key a value, or take the line out."),
    (r"=\s*\{", "An inline table { … } stands on one line, without a comma at its end."),
    (r"=\s*(?:\"[^\"]*\"|'[^']*')\s*[^\s,#]", 'A key has one value; several stand in a list, as in ["a", "b"].'),
    (r",\s*(?:#|$)", "Take the comma at the end of the line out."),
    (r"=\s*0\d", "A number is written without leading zeros."),
    (r"=\s*\d+(?:\.\d+)?\s*[A-Za-z]+\s*(?:#|$)", 'A number with a unit is a string: "30s", "35MiB".'),
    (r"=\s*[^\s\"'\[{#]", 'A string is written in quotes, as in hostname = "mx1.example.com".'),
    (r"^\s*\[[^\]]*[^\x00-\x7f]", 'A name with other characters is quoted, as in [domains."example.com"].'),
    (r"^\s*\[[^\]]*$", "Close the bracket: [section]."),
    (r"^[^=]*$", "A line is key = value, [section], or a comment that begins with #."),
)
"""What a line looks like, and what its author probably wants to know; the first that fits."""


def syntax_problem(complaint: str, text: str, file: str) -> Problem:
    """The one place where reading stopped."""
    found = POSITION.search(complaint)
    bare = POSITION.sub("", complaint)
    lines = text.splitlines() or [""]
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (len(lines), len(lines[-1]) + 1)
    message, fix = explained(bare, lines[min(line, len(lines)) - 1])
    return Problem(rule="syntax", file=file, line=line, message=f"not TOML at column {column}: {message}", fix=fix)


def explained(complaint: str, line: str) -> tuple[str, str]:
    name = line.strip().partition("=")[0].strip()
    if complaint.startswith("Cannot declare"):
        return f"the section {name} is there twice", "Put its keys together under one header."
    if complaint.startswith("Cannot overwrite") or complaint.startswith("Duplicate inline table key"):
        return f"{name} is there twice", "Keep one of them."
    if complaint.startswith("Unclosed array"):
        return "a list that begins before this line is never closed", 'Close it with "]".'
    if complaint.startswith(("Unterminated string", "Illegal character")):
        return (
            "a string is not closed on its line",
            'End it with the quote it began with; a backslash is written "\\\\".',
        )
    for pattern, advice in ADVICE:
        if re.search(pattern, line):
            return decapitalized(complaint), advice
    return decapitalized(complaint), ""


def decapitalized(text: str) -> str:
    return text[:1].lower() + text[1:]
