"""A project's quality in figures: agreement, confusion, confidence, what labels buy; made in the background, read
here.
"""
