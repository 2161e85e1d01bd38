"""Runs models in a process of their own, so that one that crashes, hangs or eats memory takes nothing else with it."""
