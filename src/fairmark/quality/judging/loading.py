"""Loads what judging takes, NumPy and SciPy above all, beside the event loop: together they take seconds, in which the
worker could answer nothing else.
"""

import asyncio
import importlib
from collections.abc import Collection

from fairmark.modalities import MODALITIES
from fairmark.ontology.model import Annotation

JUDGING = ("fairmark.quality.judging.books", "fairmark.quality.judging.consensus")
SETTLING = (*JUDGING, "fairmark.quality.judging.window", "fairmark.quality.reports.making")
_loaded: set[str] = set()


async def ready(modules: Collection[str]) -> None:
    """Returns once they are loaded; at once, if they are. Whoever imports them afterwards does not wait."""
    if not _loaded.issuperset(modules):
        await asyncio.to_thread(_load, modules)
        _loaded.update(modules)


def _load(modules: Collection[str]) -> None:
    for name in modules:
        importlib.import_module(name)
    # Modalities load what they need when they are first asked.
    for modality in MODALITIES.values():
        modality.merge([Annotation(), Annotation()])
