"""Benchmarks, one command each; what they print is JSON and a table. Quote ratios of one run, never absolute rates."""
