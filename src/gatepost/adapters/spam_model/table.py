"""Which weights has this site, and of which lessons are they the sum?

A file of the form of `learn.classifier.blank_site`: whole numbers of 32 bits of this machine, one for each place. Two
places that no feature has hold a mark, the same as in the journal of the lessons it is made of, and the version of the
features.
"""

import os
from array import array
from pathlib import Path

from gatepost.disk.durable import replace
from gatepost.learn.classifier import SPAM, blank_site
from gatepost.learn.hashing import PLACES
from gatepost.learn.model_file import VERSION
from gatepost.ports.unavailable import Unavailable

MARK, FEATURES = SPAM + 1, SPAM + 2  # places that no feature has
OCTETS = 4 * PLACES


def read_table(path: Path) -> "array[int]":
    """Of a site that has learned nothing if there is none, or if its places mean something else.

    Raises:
        Unavailable: it cannot be read, or is none.
    """
    table = array("i")
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != OCTETS:
                raise Unavailable(f"{path} is no model: it has not {OCTETS} octets")
            table.frombytes(file.read(OCTETS))
    except FileNotFoundError:
        return blank_site()
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    if len(table) != PLACES:
        raise Unavailable(f"{path} is no model: it was cut short")
    return table if table[FEATURES] == VERSION else blank_site()


def write_table(path: Path, table: "array[int]", mark: int) -> None:
    """Raises OSError."""
    table[MARK], table[FEATURES] = mark, VERSION
    replace(path, table.tobytes())
