"""Bytes: one object store for media, thumbnails and exports; a local folder by default, S3, GCS or Azure by URL.

Keys start with the organisation's id. Content is named by its SHA-256, so writing the same bytes twice is harmless.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

import obstore
from obstore.store import LocalStore, from_url

from fairmark.kernel.errors import NotFound, Unavailable
from fairmark.kernel.ids import OrgId

CHUNK = 1 << 20


class BlobMissing(NotFound):
    """The database knows the bytes, the store does not have them."""

    code = "blob_missing"


class BlobsDown(Unavailable):
    """The store does not answer, refuses, or is full."""

    code = "blobs_down"


def asset_key(org_id: OrgId, sha256: bytes) -> str:
    """Where an asset's original bytes lie."""
    name = sha256.hex()
    return f"{org_id}/assets/{name[:2]}/{name}"


def thumbnail_key(org_id: OrgId, sha256: bytes, size: int) -> str:
    """Where the thumbnail with `size` pixels on its longer side lies."""
    name = sha256.hex()
    return f"{org_id}/thumbnails/{name[:2]}/{name}-{size}.webp"


def tiles_key(org_id: OrgId, sha256: bytes) -> str:
    """Where the pack of an asset's tiles lies."""
    name = sha256.hex()
    return f"{org_id}/tiles/{name[:2]}/{name}"


def folder_of(url: str) -> Path | None:
    """The folder that a `file://` address names; None for any other address."""
    return Path(unquote(url.removeprefix("file://"))) if url.startswith("file://") else None


class Blobs:
    """The object store of one installation."""

    def __init__(self, url: str) -> None:
        """Raises BlobsDown if it cannot be opened; whether it can be written says `check`."""
        self.url = url
        self._store: Any
        self.folder = folder_of(url)
        try:
            if self.folder is not None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._store = LocalStore(self.folder, automatic_cleanup=True)
            else:
                self._store = from_url(url)
        except (OSError, ValueError, obstore.exceptions.BaseError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise BlobsDown(
                f"The store for files at {url} cannot be opened: {why}.",
                mend="Check FAIRMARK_BLOBS_URL, and that this user may write there.",
            ) from error

    async def put(self, key: str, data: bytes | BinaryIO | Path) -> None:
        """Writes the whole object, atomically. Raises BlobsDown."""
        try:
            await obstore.put_async(self._store, key, data)
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _down(error) from error

    async def size(self, key: str) -> int:
        """Bytes of the object. Raises BlobMissing."""
        try:
            return (await obstore.head_async(self._store, key))["size"]
        except FileNotFoundError as error:
            raise _missing(key) from error
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _down(error) from error

    async def read(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from `start` up to, not including, `end`. Raises BlobMissing."""
        try:
            if end is not None:
                return bytes(await obstore.get_range_async(self._store, key, start=start, end=end))
            got = await obstore.get_async(self._store, key)
            return bytes(await got.bytes_async())[start:]
        except FileNotFoundError as error:
            raise _missing(key) from error
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _down(error) from error

    async def stream(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes of [start, end) in pieces of at most 1 MiB."""
        at = start
        while at < end:
            piece = await self.read(key, at, min(end, at + CHUNK))
            if not piece:
                return
            at += len(piece)
            yield piece

    async def fetch(self, key: str, to: Path) -> None:
        """Copies the object into the local file `to`."""
        if self.folder is not None:
            try:
                await asyncio.to_thread(shutil.copyfile, self.folder / key, to)
            except FileNotFoundError as error:
                raise _missing(key) from error
            return
        size = await self.size(key)
        with to.open("wb") as file:
            async for piece in self.stream(key, 0, size):
                file.write(piece)

    async def delete(self, key: str) -> None:
        """Removes the object; one that is not there is no error."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _down(error) from error

    async def keys(self, prefix: str) -> AsyncIterator[tuple[str, int]]:
        """(key, bytes) of every object below `prefix`."""
        async for page in obstore.list(self._store, prefix=prefix or None):
            for entry in page:
                yield entry["path"], entry["size"]

    async def check(self) -> None:
        """Writes, reads and removes a small object. Raises BlobsDown."""
        await self.put("health/probe", b"fairmark")
        await self.read("health/probe", 0, 8)
        await self.delete("health/probe")


def _missing(key: str) -> BlobMissing:
    return BlobMissing(f"The file {key.rsplit('/', 1)[-1]} is not in the store.", mend="Import it again.")


def _down(error: BaseException) -> BlobsDown:
    full = "no space" in str(error).lower()
    message = (
        "The store for files is full; nothing was changed." if full else "The store for files cannot serve this now."
    )
    return BlobsDown(message, mend="Tell the operator to add space." if full else "Try again in a few seconds.")
