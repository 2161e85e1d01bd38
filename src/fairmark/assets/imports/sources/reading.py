"""What the sources share: what they are given, and reading in a thread."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from fairmark.assets import staging
from fairmark.assets.imports.model import Running
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId
from fairmark.modalities import Modality
from fairmark.ontology.compiled import CompiledOntology

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

CHUNK_ROWS = 5000
"""Rows of one transaction: enough that its fixed costs do not count, few enough that progress is seen."""


class Reading(NamedTuple):
    """What a source is given. prefixes: of buckets that the operator has opened to the organisation."""

    site: Site
    org_id: OrgId
    running: Running
    modality: Modality
    ontology: CompiledOntology
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


@asynccontextmanager
async def local_copy(site: Site, blob: str) -> AsyncGenerator[Path]:
    """The blob as a file on this machine: itself if the store is a local folder, else a copy that goes away again."""
    if site.blobs.folder is not None:
        await site.blobs.size(blob)
        yield site.blobs.folder / blob
        return
    with staging.staged(site.settings) as (_, path):
        await site.blobs.fetch(blob, path)
        yield path
