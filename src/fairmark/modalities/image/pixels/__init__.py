"""Pixels that are too many, or hold too much, for a browser to show as they are: read in rows, cut into tiles."""
