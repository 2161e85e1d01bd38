"""Judgement: what several submissions say together, how sure that is, and how a project is doing.

`service.consensus` is the one door to the mathematics.
"""
