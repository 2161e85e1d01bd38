"""Tiles: images that browsers cannot show as they are, cut by a job into one pack each, served piece by piece."""
