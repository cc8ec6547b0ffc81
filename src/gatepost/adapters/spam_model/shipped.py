"""The model that comes with the program."""

from functools import cache
from importlib.resources import files

from gatepost.learn.classifier import Model
from gatepost.learn.model_file import read


@cache
def shipped_model() -> Model:
    """Read once in a process, or before it forks."""
    return read((files("gatepost.learn") / "default.model").read_bytes())
