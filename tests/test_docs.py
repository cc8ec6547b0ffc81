"""What the documentation says is what the code does."""

import re
from pathlib import Path

import pytest

from gatepost.config.load import parse
from gatepost.config.schema import fields, sections
from gatepost.config.settings import settings_model
from tools.reference import DIRECTORY, PAGES

ROOT = Path(__file__).parents[1]
WRITTEN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_code_says(name):
    assert (DIRECTORY / name).read_text() == PAGES[name](), "make docs"


def test_every_setting_is_described():
    undescribed = [
        f"{path}.{key}"
        for path, model in sections(settings_model())
        for key, place in fields(model).items()
        if not place.info.description
    ]
    assert not undescribed


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert not [link for link in links if not (path.parent / link).exists()]


def test_the_configuration_in_the_readme_can_be_used():
    (text,) = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert parse(text, "README.md").settings.gateway.hostname == "mx1.example.com"


def test_the_readme_names_targets_that_there_are():
    targets = re.findall(r"^([a-z ]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"(?:^    |`)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named and set(named) <= set(" ".join(targets).split())
