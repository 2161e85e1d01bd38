"""Published mathematics, one method per file: arrays in, arrays out, nothing of the product's words.

Pure. Every docstring gives the formula and its source.
"""
