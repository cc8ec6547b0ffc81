"""Fuzz targets: one `fuzz_*.py` each, run by `run.py` with atheris and by `test_seeds.py` without."""
