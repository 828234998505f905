"""Measured speed and memory: ``make bench``, or ``python -m benchmarks --only NAME --quick``."""
