"""Options that several commands have, spelled and explained the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = Path("/etc/gatepost/gatepost.toml")

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", metavar="FILE", help="Configuration file.", show_default=True)
]
"""Give it `DEFAULT_CONFIG` as its default."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
"""Give it `False` as its default."""
