"""Benchmarks: fixed seeds and sizes; each prints the machine, the version and its figures. Not part of the tests."""
