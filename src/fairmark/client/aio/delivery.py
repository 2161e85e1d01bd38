"""Results out: events and live streams, webhooks, exports."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import msgspec

from fairmark.client import downloads, requests
from fairmark.client.aio.running import in_thread, sleep
from fairmark.client.aio.transport import Transport
from fairmark.client.errors import BadDownload, Stopped, TookTooLong, error_of
from fairmark.client.model import (
    CallbackAccount,
    CallbackAnswer,
    Delivery,
    DeliveryState,
    EventOut,
    EventPage,
    Export,
    ExportOptions,
    ExportState,
    FormatOut,
    Mode,
    Progress,
    ResultOut,
    Split,
    TaskState,
    Webhook,
    WebhookWithSecret,
)
from fairmark.client.requests import NULL, PAGE, Id
from fairmark.client.retry import poll_s

NOW = "now"
OnExport = Callable[[Export], None]
OnProgress = Callable[[Progress], None]
OnBytes = Callable[[int, int], None]


class Delivering(Transport):
    """Everything that comes out."""

    async def read_events(
        self,
        *,
        after: str | None = None,
        types: Sequence[str] = (),
        project_id: Id | None = None,
        limit: int = PAGE,
    ) -> EventPage:
        """Events after a cursor (`next` of an earlier page; "now": none yet; None: from the beginning)."""
        params = {"after": after, "types": list(types), "project_id": project_id, "limit": limit}
        return await self.request("GET", "/events", EventPage, params=params)

    async def list_events(
        self, *, after: str | None = None, types: Sequence[str] = (), project_id: Id | None = None
    ) -> AsyncIterator[EventOut]:
        """What has happened so far, in order. types: `task.done`, or `task.*` for all of a noun."""
        more = True
        while more:
            page = await self.read_events(after=after, types=types, project_id=project_id)
            for event in page.rows:
                yield event
            after, more = page.next, page.more

    async def stream_events(
        self, *, after: str | None = None, types: Sequence[str] = (), project_id: Id | None = None
    ) -> AsyncIterator[EventOut]:
        """What happens from now on, or from the cursor `after` on, as it happens, without end.

        Each event comes exactly once and in order, through any number of lost connections; to go on in another process,
        keep the last `cursor`.
        """
        cursor = after or (await self.read_events(after=NOW)).next
        params = {"after": cursor, "types": list(types), "project_id": project_id}
        async for message in self._messages("/events/stream", params, cursor):
            yield requests.read_answer(message.data.encode(), EventOut, "/events/stream")

    async def stream_results(self, project_id: Id, *, after: str | None = None) -> AsyncIterator[ResultOut]:
        """Results as they come to be, from now on or from the cursor `after` on, without end and without a gap."""
        cursor = after or (await self.read_events(after=NOW)).next
        path = f"/projects/{project_id}/results/stream"
        async for message in self._messages(path, {"after": cursor}, cursor):
            yield requests.read_answer(message.data.encode(), ResultOut, path)

    def list_webhooks(self, *, project_id: Id | None = None, limit: int | None = None) -> AsyncIterator[Webhook]:
        """The webhooks, newest first. project_id: those that get this project's events."""
        return self._pages("/webhooks", Webhook, limit, {"project_id": project_id})

    async def create_webhook(
        self, url: str, *, types: Sequence[str] = (), project_id: Id | None = None, description: str = ""
    ) -> WebhookWithSecret:
        """Sends events to `url` from now on. types: none means all. The secret is shown this once; the receiver checks
        with it that a request is genuine (`fairmark.client.verify_signature`).
        """
        body = {"url": url, "types": list(types), "project_id": project_id, "description": description}
        return await self.request("POST", "/webhooks", WebhookWithSecret, body=body)

    async def change_webhook(
        self,
        webhook_id: Id,
        *,
        url: str | None = None,
        types: Sequence[str] | None = None,
        description: str | None = None,
        paused: bool | None = None,
        project_id: Id | None = None,
        every_project: bool = False,
    ) -> Webhook:
        """Changes what is given, pauses, or starts again. every_project: not for one project alone any more."""
        body = {
            "url": url,
            "types": None if types is None else list(types),
            "description": description,
            "paused": paused,
            "project_id": NULL if every_project else project_id,
        }
        return await self.request("PATCH", f"/webhooks/{webhook_id}", Webhook, body=body)

    async def delete_webhook(self, webhook_id: Id) -> None:
        """Removes a webhook with its log."""
        await self.request("DELETE", f"/webhooks/{webhook_id}", type(None))

    async def rotate_webhook_secret(self, webhook_id: Id) -> WebhookWithSecret:
        """A new secret, shown this once; for 24 hours the old one signs as well."""
        return await self.request("POST", f"/webhooks/{webhook_id}/secret", WebhookWithSecret)

    async def test_webhook(self, webhook_id: Id) -> Delivery:
        """Sends a ping, once, even to a paused webhook."""
        return await self.request("POST", f"/webhooks/{webhook_id}/test", Delivery)

    def list_deliveries(
        self, webhook_id: Id, *, state: DeliveryState | None = None, limit: int | None = None
    ) -> AsyncIterator[Delivery]:
        """What was sent to a webhook and how it answered, newest first."""
        return self._pages(f"/webhooks/{webhook_id}/deliveries", Delivery, limit, {"state": state})

    async def get_scale_callbacks(self, *, mode: Mode | None = None) -> CallbackAccount:
        """Where callbacks of Scale-compatible tasks go by default, and the key in their header. mode: live or test;
        a key reaches its own alone."""
        return await self.request("GET", "/scale/callbacks", CallbackAccount, params={"mode": mode})

    async def change_scale_callbacks(
        self, *, url: str | None = None, new_key: bool = False, mode: Mode | None = None
    ) -> CallbackAccount:
        """Gives these callbacks another address (empty: none) or another key. mode: as in `get_scale_callbacks`."""
        body = {"url": url, "new_key": new_key}
        return await self.request("PATCH", "/scale/callbacks", CallbackAccount, params={"mode": mode}, body=body)

    async def test_scale_callbacks(self, *, mode: Mode | None = None) -> CallbackAnswer:
        """Sends the address a callback that is made up, once, and says what it answers."""
        return await self.request("POST", "/scale/callbacks/test", CallbackAnswer, params={"mode": mode})

    async def resend_delivery(self, delivery_id: Id) -> Delivery:
        """Tries a delivery again, at once."""
        return await self.request("POST", f"/deliveries/{delivery_id}/resend", Delivery)

    async def list_formats(self) -> list[FormatOut]:
        """The file formats, and what each cannot keep."""
        return await self.request("GET", "/formats", list[FormatOut])

    async def create_export(
        self,
        project_id: Id,
        format: str,
        *,
        batch_ids: Sequence[Id] = (),
        classes: Sequence[str] = (),
        confidence_min: float | None = None,
        after: str | None = None,
        since: datetime | None = None,
        images: bool = False,
        split: Split | None = None,
        options: ExportOptions | None = None,
    ) -> Export:
        """Asks for a project's results as a file. format: `coco`, `fairmark_jsonl`, `yolo`, `voc`, see `list_formats`.

        The other arguments narrow what goes in, as `ExportOptions` says; or hand that in as `options`.
        """
        wanted: Mapping[str, Any] = {
            "batch_ids": list(batch_ids) or None,
            "classes": list(classes) or None,
            "confidence_min": confidence_min,
            "after": after,
            "since": since,
            "images": images or None,
            "split": split,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        if options is not None:
            given = msgspec.to_builtins(options) | given
        return await self.request(
            "POST", f"/projects/{project_id}/exports", Export, body={"format": format, "options": given}
        )

    async def get_export(self, export_id: Id) -> Export:
        """How far an export is; done, it has a link that works for minutes."""
        return await self.request("GET", f"/exports/{export_id}", Export)

    def list_exports(self, project_id: Id, *, limit: int | None = None) -> AsyncIterator[Export]:
        """The project's exports, newest first."""
        return self._pages(f"/projects/{project_id}/exports", Export, limit)

    async def cancel_export(self, export_id: Id) -> Export:
        """Calls an export off."""
        return await self.request("POST", f"/exports/{export_id}/cancel", Export)

    async def wait_for_export(
        self, export_id: Id, *, timeout_s: float | None = None, progress: OnExport | None = None
    ) -> Export:
        """Waits until an export is done. Raises Stopped if it failed or was cancelled, and TookTooLong."""
        began, turn = monotonic(), 0
        while True:
            found = await self.get_export(export_id)
            if progress is not None:
                progress(found)
            if found.state is ExportState.DONE:
                return found
            if found.state in {ExportState.FAILED, ExportState.CANCELLED}:
                why = found.fault.message if found.fault else f"it was {found.state.value}."
                raise Stopped(f"The export ended: {why}", mend=found.fault.mend if found.fault else "")
            if timeout_s is not None and monotonic() - began > timeout_s:
                raise TookTooLong(f"The export is not done after {timeout_s:g} s.", mend="It goes on: wait again.")
            turn += 1
            await sleep(poll_s(turn))

    async def download_export(self, export_id: Id, to: Path | str, *, progress: OnBytes | None = None) -> Path:
        """Waits for an export and saves its file: at `to`, or in that folder under the file's own name.

        A download that was cut, here or in an earlier process, goes on where it was; the bytes are checked against what
        the server says. progress: told (bytes here, bytes in all). Raises BadDownload.
        """
        export = await self.wait_for_export(export_id)
        if export.url is None or export.bytes is None:
            raise BadDownload("The export's file was removed after its time.", mend="Export again.")
        target = downloads.Target.at(Path(to), export.file or f"{export.id}.zip", str(export.id), export.bytes)
        started, attempt = monotonic(), 0
        while (have := target.have()) < export.bytes:
            attempt += 1
            try:
                await self._fetch_rest(export.url, target, progress)
            except httpx.TransportError as error:
                if target.have() > have:
                    started, attempt = monotonic(), 1
                wait_s = self._wait_s(attempt, started)
                if wait_s is None:
                    raise requests.no_connection(self.url, error, monotonic() - started) from error
                await sleep(wait_s)
                export = await self.get_export(export_id)  # for a link that has not expired meanwhile
                if export.url is None or export.bytes is None:
                    raise BadDownload("The export's file was removed after its time.", mend="Export again.") from error
        return await in_thread(target.finish)

    async def _fetch_rest(self, url: str, target: downloads.Target, progress: OnBytes | None) -> None:
        """Appends what is missing, as far as the connection carries."""
        have = target.have()
        headers = {"accept-encoding": "identity"} | ({"range": f"bytes={have}-"} if have else {})
        # The link is signed: no key goes along, so that it cannot leak to where the link may lead.
        async with self._http.stream("GET", self._absolute(url), headers=headers, timeout=self._timeout) as response:
            if response.status_code >= 400:
                raise error_of(response.status_code, await response.aread())
            with target.opened(at=have if response.status_code == 206 else 0) as file:
                async for piece in response.aiter_bytes():
                    file.write(piece)
                    if progress is not None:
                        progress(file.tell(), target.bytes)

    async def export(
        self,
        project_id: Id,
        format: str,
        to: Path | str,
        *,
        options: ExportOptions | None = None,
        progress: OnExport | None = None,
        unpack: bool = False,
    ) -> Path:
        """Exports a project's results, waits, and saves the file; unpack: its content in the folder `to` instead."""
        export = await self.create_export(project_id, format, options=options)
        await self.wait_for_export(export.id, progress=progress)
        return await self.save_export(export.id, to, unpack=unpack)

    async def save_export(
        self, export_id: Id, to: Path | str, *, unpack: bool = False, progress: OnBytes | None = None
    ) -> Path:
        """Waits for an export and saves its file at `to`; unpack: its content in the folder `to` instead."""
        if not unpack:
            return await self.download_export(export_id, to, progress=progress)
        archive = downloads.beside(Path(to), str(export_id))
        await self.download_export(export_id, archive, progress=progress)
        return await in_thread(downloads.unpack, archive, Path(to))

    async def wait_until_done(
        self, project_id: Id, *, timeout_s: float | None = None, progress: OnProgress | None = None
    ) -> Progress:
        """Waits until none of a project's tasks is open or waits for its media. Raises TookTooLong."""
        began, turn = monotonic(), 0
        while True:
            found = await self.request("GET", f"/projects/{project_id}/progress", Progress)
            if progress is not None:
                progress(found)
            left = sum(found.tasks.get(state, 0) for state in (TaskState.OPEN, TaskState.WAITING))
            if found.total and not left:
                return found
            if timeout_s is not None and monotonic() - began > timeout_s:
                raise TookTooLong(
                    f"{left} of {found.total} tasks are not done after {timeout_s:g} s.",
                    mend="Work goes on: wait again, or see the project's page for what stands still.",
                )
            turn += 1
            await sleep(poll_s(turn))
