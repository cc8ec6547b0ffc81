"""Fuzz targets, run by `run.py` with atheris (`make fuzz`) and by `test_seeds.py` without.

A target is a file `fuzz_<what>.py` with `TestOneInput(data: bytes) -> None`, which asserts what must hold for any
octets; with `SEEDS`, well-formed and telling inputs; and `PIECES`, the words of its grammar. It imports no atheris.
"""
