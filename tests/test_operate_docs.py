"""What docs/operate tells an operator to write or to type is what the program takes."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import tomlkit

from gatepost.cli.main import COMMANDS, real_command
from gatepost.config.load import parse
from tests.config.texts import SMALLEST, over

PAGES = sorted((Path(__file__).parents[1] / "docs" / "operate").glob("*.md"))
TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)
TYPED = re.compile(r"(?:^    |`|\| )gatepost ([a-z].*?)(?:`|$)", re.MULTILINE)
# What a page may refer to without making it: mail servers, directories.
AROUND = {
    "backends": {name: {"hosts": ["192.0.2.5:25"]} for name in ("inside",)},
    "directories": {name: {"type": "file", "path": "/r"} for name in ("staff",)},
}


def blocks():
    return [(page.name, text) for page in PAGES for text in TOML.findall(page.read_text())]


def typed():
    return sorted({(page.name, line.strip()) for page in PAGES for line in TYPED.findall(page.read_text())})


@pytest.mark.parametrize(("page", "text"), blocks(), ids=[f"{page}-{i}" for i, (page, _) in enumerate(blocks())])
def test_every_piece_of_configuration_can_be_used(page, text):
    whole = over(over(SMALLEST, AROUND), tomllib.loads(text))
    parse(tomlkit.dumps(whole), page)  # raises what `gatepost check` would say


@pytest.mark.parametrize(("page", "line"), typed(), ids=[line for _, line in typed()])
def test_every_command_exists_and_has_these_options(page, line):
    words = shlex.split(re.split(r"\s[|&<>#]|\s\\", line)[0])
    name, given = words[0], [word.split("=")[0] for word in words[1:] if word.startswith("-") and word != "-"]
    if name not in dict(COMMANDS):
        assert name in ("--version", "--install-completion"), f"{page}: {line}"
        return
    command = real_command(name)
    if hasattr(command, "commands"):  # a group: the next word is the command
        assert words[1] in command.commands, page
        command = command.commands[words[1]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(given) <= known, page


def test_every_page_is_in_the_index():
    index = (PAGES[0].parents[1] / "README.md").read_text()
    assert not [page.name for page in PAGES if f"operate/{page.name}" not in index]
