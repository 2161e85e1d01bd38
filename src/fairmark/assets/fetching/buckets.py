"""Buckets and folders that the operator has opened: listed and read with the operator's own credentials."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

import obstore
from obstore.store import from_url

from fairmark.assets.fetching.model import BucketDown, BucketForbidden, FetchTooLarge, FileMissing
from fairmark.assets.fetching.rules import prefix_of
from fairmark.formats.model import FormatFault
from fairmark.formats.source import FolderSource

PAGE = 1000
COPY_BYTES = 1 << 20


class Bucket:
    """One opened prefix. Paths are relative to it."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._folder = Path(unquote(prefix.removeprefix("file://"))) if prefix.startswith("file://") else None
        self._store: Any = None if self._folder else from_url(prefix.rstrip("/"))

    @property
    def has_order(self) -> bool:
        """Whether listing can go on behind a path; else it goes on behind a number of files."""
        return self._folder is None

    async def list(self, below: str, *, after: str = "", skip: int = 0) -> AsyncIterator[list[str]]:
        """Paths of the files below the folder `below`, page by page. Raises BucketDown, FormatFault for links.

        Goes on behind the path `after` where the bucket `has_order`, else behind the first `skip` files.
        """
        if self._folder is not None:
            root = self._folder / below
            if not root.resolve().is_relative_to(self._folder.resolve()) or not root.is_dir():
                raise FileMissing(f"There is no folder {below or '/'!r}.", mend="Check the address.")
            paths = islice(FolderSource(root).paths(), skip, None)
            start = f"{below}/" if below else ""
            while page := await asyncio.to_thread(lambda: [start + path for path in islice(paths, PAGE)]):
                yield page
            return
        try:
            pages = obstore.list(self._store, below or None, offset=after or None, chunk_size=PAGE)
            async for entries in pages:
                yield [entry["path"] for entry in entries]
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _down(error) from error

    async def fetch(self, path: str, to: BinaryIO, bytes_max: int) -> tuple[int, bytes]:
        """Writes the file into `to`; its bytes and their SHA-256. Raises FileMissing, FetchTooLarge, BucketDown."""
        digest, size = hashlib.sha256(), 0
        async for piece in self._read(path):
            size += len(piece)
            if size > bytes_max:
                raise FetchTooLarge(
                    f"The file has more than {bytes_max} bytes.",
                    mend="Make it smaller, or ask the operator to raise fetch_mb_max.",
                )
            digest.update(piece)
            to.write(piece)
        to.flush()
        return size, digest.digest()

    async def _read(self, path: str) -> AsyncIterator[bytes]:
        if self._folder is not None:
            try:
                file = FolderSource(self._folder).open(path)
            except FormatFault as error:
                raise FileMissing(f"There is no file {path[-200:]!r}.", mend="Check the address.") from error
            with file:
                while piece := await asyncio.to_thread(file.read, COPY_BYTES):
                    yield piece
            return
        try:
            answer = await obstore.get_async(self._store, path)
            async for piece in answer.stream(COPY_BYTES):
                yield bytes(piece)
        except FileNotFoundError as error:
            raise FileMissing(f"The bucket has no file {path[-200:]!r}.", mend="Check the address.") from error
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _down(error) from error


def locate(url: str, prefixes: Sequence[str]) -> tuple[str, str]:
    """The opened prefix that `url` lies below, and the path behind it. Raises BucketForbidden."""
    prefix = prefix_of(url, prefixes)
    if prefix is None:
        raise BucketForbidden(
            f"{url[:200]!r} lies in no bucket that is open to this organisation.",
            mend="Ask the operator to add its prefix to the setting bucket_allow.",
        )
    return prefix, url[len(prefix) :]


def _down(error: BaseException) -> BucketDown:
    # The store's own words may hold addresses and key ids of the operator: they go to the log, not to the caller.
    return BucketDown(
        f"The bucket cannot be read ({type(error).__name__}).", mend="Ask the operator to check its address and access."
    )
