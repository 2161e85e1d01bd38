"""Data in: uploads, items, batches, imports."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from fairmark.client import files
from fairmark.client.aio.running import each, in_thread, sleep
from fairmark.client.aio.transport import Transport
from fairmark.client.errors import ApiError, Conflict, Stopped, TookTooLong
from fairmark.client.files import FolderReport, LocalFile, OnFolder, Refused, Sent, Tally
from fairmark.client.model import (
    Added,
    Batch,
    BatchState,
    Import,
    ImportFault,
    ImportState,
    ItemView,
    KnownAnswer,
    LabelFormat,
    ManifestFormat,
    Problem,
    Purpose,
    Upload,
    Uploads,
    UploadState,
)
from fairmark.client.requests import NULL, Id
from fairmark.client.retry import poll_s

AT_ONCE = 4
SMALL_BYTES_MAX = files.SMALL_BYTES_MAX
OnImport = Callable[[Import], None]
OnUpload = Callable[[Upload], None]


class Data(Transport):
    """Everything that brings data in."""

    async def upload_file(
        self,
        path: Path | str,
        *,
        name: str | None = None,
        purpose: Purpose = Purpose.MEDIA,
        progress: OnUpload | None = None,
    ) -> Upload:
        """Sends a file, in pieces if it is large; a cut connection is mended on the way. progress: told after each.

        Media that the organisation has already are not sent again. Raises Invalid for a file that is refused.
        """
        file = files.local(path, name)
        if file.bytes <= SMALL_BYTES_MAX and purpose is Purpose.MEDIA:
            data, digest = await in_thread(files.read_whole, file)
            return await self._upload_small(file.name, data, digest)
        body = {"name": file.name, "bytes": file.bytes, "sha256": await in_thread(files.hash_of, file)}
        # Announced twice, one of the two is never sent, and is dropped after a week.
        upload = await self.request("POST", "/uploads", Upload, body={**body, "purpose": purpose}, safe=True)
        return await self._send_pieces(file, upload, progress)

    async def upload_bytes(self, name: str, data: bytes) -> Upload:
        """Sends media of at most 8 MiB that lie in memory."""
        return await self._upload_small(name, data, None)

    async def resume_upload(self, upload_id: Id, path: Path | str, *, progress: OnUpload | None = None) -> Upload:
        """Goes on with an upload that was begun before, perhaps by another process."""
        upload = await self.get_upload(upload_id)
        return await self._send_pieces(files.local(path, upload.name), upload, progress)

    async def get_upload(self, upload_id: Id) -> Upload:
        """How far an upload has come."""
        return await self.request("GET", f"/uploads/{upload_id}", Upload)

    async def known_files(self, sha256s: Sequence[str]) -> KnownAnswer:
        """Which of these files (SHA-256 in hex, at most 1,000) are assets already."""
        body = {"sha256": list(sha256s)}
        return await self.request("POST", "/uploads/known", KnownAnswer, body=body, safe=True)

    async def upload_files(self, paths: Iterable[LocalFile | Path | str]) -> AsyncIterator[Sent]:
        """Sends many files, several at once, in their order; one that is refused does not stop the others."""
        found = [path if isinstance(path, LocalFile) else files.local(path) for path in paths]
        async for window in each(files.windows(found), self._send_window, AT_ONCE):
            for sent in window:
                yield sent

    async def import_folder(
        self, project_id: Id, folder: Path | str, *, batch: str | None = None, progress: OnFolder | None = None
    ) -> FolderReport:
        """Makes an item of each picture below `folder`; its path there is its external id.

        Safe to repeat and to interrupt: what is there already is neither sent nor added again.
        """
        found, skipped = await in_thread(files.pictures, folder)
        tally = Tally(found, skipped, progress)
        async for sent in each(files.windows(found), self._send_window, AT_ONCE):
            await self._add_window(project_id, batch, sent, tally)
        return tally.report()

    async def add_items(
        self, project_id: Id, items: Sequence[Mapping[str, Any]], *, batch: str | None = None, repeats: bool = False
    ) -> Added:
        """Adds up to 1,000 items: {assets: [{asset_id} | {upload_id} | {url}], external_id?, name?, meta?, priority?,
        prelabel?}. The good rows are taken; `faults` says of each bad one, by its index, what is wrong.

        repeats: a row without external id makes a new item even where an item of the same assets is there.
        """
        body = {"items": list(items), "batch": batch, "repeats": repeats}
        # Without `repeats`, items that are there already are recognised, so that a lost answer can be asked for again.
        return await self.request("POST", f"/projects/{project_id}/items", Added, body=body, safe=not repeats)

    async def get_item(self, item_id: Id) -> ItemView:
        """An item with the signed addresses of its assets."""
        return await self.request("GET", f"/items/{item_id}", ItemView)

    def list_batches(self, project_id: Id, *, limit: int | None = None) -> AsyncIterator[Batch]:
        """The project's batches with their counts of items, newest first."""
        return self._pages(f"/projects/{project_id}/batches", Batch, limit)

    async def create_batch(
        self, project_id: Id, name: str, *, priority: int | None = None, due_at: datetime | None = None
    ) -> Batch:
        """Makes an empty batch. Imports and added items make the batch that they name by themselves."""
        body = {"name": name, "priority": priority, "due_at": due_at}
        return await self.request("POST", f"/projects/{project_id}/batches", Batch, body=body)

    async def change_batch(
        self,
        batch_id: Id,
        *,
        state: BatchState | None = None,
        priority: int | None = None,
        due_at: datetime | None = None,
        clear_due: bool = False,
    ) -> Batch:
        """Pauses, opens or cancels a batch, or changes its priority and due date. clear_due: no due date any more."""
        body = {"state": state, "priority": priority, "due_at": NULL if clear_due else due_at}
        return await self.request("PATCH", f"/batches/{batch_id}", Batch, body=body)

    async def start_import(
        self, project_id: Id, source: Mapping[str, Any], *, batch: str | None = None, repeats: bool | None = None
    ) -> Import:
        """Starts an import in the background. source: {"kind": "urls", "urls": [...]} and so on, see the guide."""
        body = {"source": source, "batch": batch, "repeats": repeats}
        return await self.request("POST", f"/projects/{project_id}/imports", Import, body=body)

    async def import_urls(self, project_id: Id, urls: Sequence[str], *, batch: str | None = None) -> Import:
        """Starts to fetch addresses, an item each; the address is its external id."""
        return await self.start_import(project_id, {"kind": "urls", "urls": list(urls)}, batch=batch)

    async def import_bucket(
        self, project_id: Id, url: str, *, match: str | None = None, batch: str | None = None
    ) -> Import:
        """Starts to bring in all pictures below a prefix of a bucket that the operator has opened."""
        source = {"kind": "bucket", "url": url, "match": match}
        return await self.start_import(project_id, source, batch=batch)

    async def import_manifest(
        self,
        project_id: Id,
        path: Path | str,
        *,
        format: ManifestFormat | None = None,
        batch: str | None = None,
        progress: OnUpload | None = None,
    ) -> Import:
        """Sends a manifest (JSONL, CSV, Parquet, or a URL a line) and starts its import.

        Rows that name files by `path` find them if they were uploaded before under that name.
        """
        upload = await self.upload_file(path, purpose=Purpose.DATA, progress=progress)
        source = {"kind": "manifest", "upload_id": upload.id, "format": format}
        return await self.start_import(project_id, source, batch=batch)

    async def import_labels(
        self,
        project_id: Id,
        path: Path | str,
        format: LabelFormat,
        *,
        batch: str | None = None,
        voc_zero_based: bool = False,
        progress: OnUpload | None = None,
    ) -> Import:
        """Sends labels (a ZIP, with or without their pictures, or a single file) and starts their import; they become
        what people start from.
        """
        upload = await self.upload_file(path, purpose=Purpose.DATA, progress=progress)
        source = {"kind": "archive", "upload_id": upload.id, "format": format, "voc_zero_based": voc_zero_based}
        return await self.start_import(project_id, source, batch=batch)

    async def get_import(self, import_id: Id) -> Import:
        """How far an import is."""
        return await self.request("GET", f"/imports/{import_id}", Import)

    def list_imports(self, project_id: Id, *, limit: int | None = None) -> AsyncIterator[Import]:
        """The project's imports, newest first."""
        return self._pages(f"/projects/{project_id}/imports", Import, limit)

    def list_import_faults(self, import_id: Id, *, limit: int | None = None) -> AsyncIterator[ImportFault]:
        """The rows that an import did not take, each with its line and what is wrong with it."""
        return self._pages(f"/imports/{import_id}/faults", ImportFault, limit)

    async def cancel_import(self, import_id: Id) -> Import:
        """Ends an import; what it brought in stays."""
        return await self.request("POST", f"/imports/{import_id}/cancel", Import)

    async def wait_for_import(
        self, import_id: Id, *, timeout_s: float | None = None, progress: OnImport | None = None
    ) -> Import:
        """Waits until an import is done. Raises Stopped if it failed or was cancelled, and TookTooLong."""
        began, turn = monotonic(), 0
        while True:
            found = await self.get_import(import_id)
            if progress is not None:
                progress(found)
            if found.state is ImportState.DONE:
                return found
            if found.state in {ImportState.FAILED, ImportState.CANCELLED}:
                why = found.fault or Problem("", f"it was {found.state.value}.")
                raise Stopped(f"The import ended: {why.message}", mend=why.mend)
            if timeout_s is not None and monotonic() - began > timeout_s:
                raise TookTooLong(
                    f"The import is at {found.progress:.0%} after {timeout_s:g} s.", mend="It goes on: wait again."
                )
            turn += 1
            await sleep(poll_s(turn))

    async def _upload_small(self, name: str, data: bytes, digest: str | None) -> Upload:
        params = {"name": name, "sha256": digest}
        return await self.request("POST", "/uploads/small", Upload, params=params, content=data, safe=True)

    async def _send_pieces(self, file: LocalFile, upload: Upload, progress: OnUpload | None) -> Upload:
        received = upload.received
        while upload.state is UploadState.OPEN:
            piece = await in_thread(files.read_part, file, received, upload.chunk_bytes)
            path, params = f"/uploads/{upload.id}", {"offset": received}
            try:
                upload = await self.request("PUT", path, Upload, params=params, content=piece)
                received = upload.received
            except Conflict as error:
                # A try whose answer was lost had arrived, whole or in part: the server says where to go on.
                if error.code != "offset_wrong":
                    raise
                received = int(error.fields["received"])
                upload = await self.get_upload(upload.id)
            if progress is not None:
                progress(upload)
        if upload.state is UploadState.FAILED:
            why = upload.fault or Problem("", "The upload failed.")
            raise Stopped(why.message, mend=why.mend)
        return upload

    async def _send_window(self, window: list[LocalFile]) -> list[Sent]:
        if len(window) == 1 and window[0].bytes > SMALL_BYTES_MAX:
            return [await self._send_large(window[0])]
        read = [(file, *(await in_thread(files.read_whole, file))) for file in window]
        known = (await self.known_files([digest for _, _, digest in read])).assets
        unsent = {digest: (file, data, digest) for file, data, digest in read if digest not in known}
        uploads: dict[str, Upload] = {}
        if unsent:
            body = files.batch_body(list(unsent.values()))
            answer = await self.request("POST", "/uploads/batch", Uploads, content=body, safe=True)
            uploads = dict(zip(unsent, answer.uploads, strict=True))
        return [
            files.sent(file, uploads[digest]) if digest in uploads else Sent(file, known[digest], None)
            for file, _, digest in read
        ]

    async def _send_large(self, file: LocalFile) -> Sent:
        try:
            upload = await self.upload_file(file.path, name=file.name)
        except ApiError as error:
            if error.status != 422:
                raise
            return Sent(file, None, Problem(error.code, error.message, error.mend))
        return files.sent(file, upload)

    async def _add_window(self, project_id: Id, batch: str | None, sent: list[Sent], tally: Tally) -> None:
        good = [(each.file, each.asset_id) for each in sent if each.asset_id is not None]
        refused = [Refused(each.file.name, each.fault) for each in sent if each.fault is not None]
        if not good:
            tally.add(sent, [], refused)
            return
        rows = [{"external_id": f.name, "name": f.name, "assets": [{"asset_id": asset_id}]} for f, asset_id in good]
        added = await self.add_items(project_id, rows, batch=batch)
        refused += [Refused(good[f.index][0].name, Problem(f.code, f.message, f.mend)) for f in added.faults]
        tally.add(sent, added.items, refused)
