"""What the sources share: what they are given, and reading in a thread."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import NamedTuple, TypeVar

import msgspec

from fairmark.assets.imports.model import Running
from fairmark.assets.rules import Labels
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

CHUNK_ROWS = 5000
"""Rows of one transaction: enough that its fixed costs do not count, few enough that progress is seen."""


class Reading(NamedTuple):
    """What a source is given. prefixes: of buckets that the operator has opened to the organisation."""

    site: Site
    org_id: OrgId
    running: Running
    labels: Labels
    prefixes: list[str]


def source_as(reading: Reading, kind: type[S]) -> S:
    """The import's source as it was asked for; what is kept beside it left out."""
    wanted = set(kind.__struct_fields__)
    return msgspec.convert({key: reading.running.source[key] for key in wanted & reading.running.source.keys()}, kind)


async def in_thread(rows: Iterator[T], size: int) -> AsyncIterator[list[T]]:
    """The rows in lists of `size`, read and parsed in a thread; the last list may be shorter, none is empty."""
    while taken := await asyncio.to_thread(lambda: list(islice(rows, size))):
        yield taken
        if len(taken) < size:
            return
