"""Many small files in one request: a line that lists them, then their bytes one behind the other.

Two round trips a file make a folder of a thousand pictures slow; so does a form whose parts must be searched for their
ends. Here every length is known before the bytes come, and memory holds a few files at a time.
"""

from collections.abc import AsyncIterator

from fairmark.assets.uploads import rules, service
from fairmark.assets.uploads.model import (
    HEADER_BYTES_MAX,
    SMALL_BYTES_MAX,
    BadBatch,
    BatchFile,
    BodyBroken,
    Finished,
    UploadTooLarge,
)
from fairmark.kernel.actor import Actor
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.http import Site
from fairmark.kernel.ids import UploadId

WINDOW_BYTES = 16 << 20
WINDOW_FILES = 64

Taken = list[tuple[UploadId, Finished, FairmarkError | None]]


class _Reader:
    """A body as exact numbers of bytes."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body
        self._rest = bytearray()

    async def line(self, bytes_max: int) -> bytes:
        """Up to the next line feed, without it. Raises BadBatch."""
        searched = 0
        while (end := self._rest.find(b"\n", searched)) < 0:
            searched = len(self._rest)
            if searched > bytes_max or not await self._more():
                raise BadBatch(
                    "The first line of the batch has no end.", mend="End the list of files with a line feed."
                )
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line

    async def exactly(self, size: int) -> bytes | None:
        """The next `size` bytes; None if the body ends before."""
        while len(self._rest) < size:
            if not await self._more():
                return None
        data = bytes(self._rest[:size])
        del self._rest[:size]
        return data

    async def is_at_end(self) -> bool:
        while not self._rest:
            if not await self._more():
                return True
        return False

    async def _more(self) -> bool:
        try:
            piece = await anext(self._body)
        except (StopAsyncIteration, BodyBroken):
            return False
        self._rest += piece
        return True


async def take_batch(site: Site, actor: Actor, body: AsyncIterator[bytes]) -> Taken:
    """Takes the files of a batch, window by window; those of a window are safe before the next is read.

    A file that is refused does not stop the others. Raises BadBatch, BodyBroken, UploadTooLarge; BadName or
    PathOutside before any file is taken.
    """
    reader = _Reader(body)
    files = rules.read_header(await reader.line(HEADER_BYTES_MAX)).files
    names = [rules.file_name(file.name) for file in files]
    taken: Taken = []
    window: list[tuple[str, bytes, bytes | None]] = []
    held = 0
    for name, file in zip(names, files, strict=True):
        data = await reader.exactly(file.bytes)
        if data is None:
            taken += await _flush(site, actor, window)
            raise BodyBroken(
                f"The body ended within the file {name!r}.",
                mend="Send the files that are not known yet again.",
                files_done=len(taken),
            )
        window.append((name, data, _announced(file)))
        held += len(data)
        if held >= WINDOW_BYTES or len(window) >= WINDOW_FILES:
            taken += await _flush(site, actor, window)
            held = 0
    taken += await _flush(site, actor, window)
    if not await reader.is_at_end():
        raise BadBatch("More bytes came than the first line lists.", mend="List every file with its size in bytes.")
    return taken


async def take_small(site: Site, actor: Actor, name: str, announced: str | None, body: AsyncIterator[bytes]) -> Taken:
    """Takes one small file. Raises UploadTooLarge, BadName, PathOutside and BodyBroken; what refuses it is returned."""
    clean = rules.file_name(name)
    data = bytearray()
    async for piece in body:
        data += piece
        if len(data) > SMALL_BYTES_MAX:
            raise UploadTooLarge(
                f"The file {clean!r} has more than {SMALL_BYTES_MAX} bytes.",
                mend="Announce it with POST /api/v1/uploads and send it in pieces.",
            )
    return await service.take_whole(
        site, actor, [(clean, bytes(data), bytes.fromhex(announced) if announced else None)]
    )


async def _flush(site: Site, actor: Actor, window: list[tuple[str, bytes, bytes | None]]) -> Taken:
    taken = await service.take_whole(site, actor, window) if window else []
    window.clear()
    return taken


def _announced(file: BatchFile) -> bytes | None:
    return bytes.fromhex(file.sha256) if file.sha256 else None
