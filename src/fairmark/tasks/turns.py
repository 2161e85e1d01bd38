"""A worker's turn as its page shows it, and whose it is. Reading only: what changes it is in `service`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from fairmark.assets.media.rules import shown_variant, small_variant
from fairmark.assets.tiles.rules import has_large_picture
from fairmark.kernel import json
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import Invalid
from fairmark.kernel.ids import AssetId, AssignmentId, OrgId, SubmissionId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.tasks import rules, store
from fairmark.tasks.model import (
    Assignment,
    BlindSubmission,
    Decision,
    Kind,
    Media,
    NoSuchAssignment,
    TurnState,
)
from fairmark.tasks.store import TurnToEnd


class Signer:
    """Makes signed media addresses; handed in because only the border knows the secret."""

    def __init__(self, url: Any, tiles: Any) -> None:
        self._url = url
        self._tiles = tiles

    def media(self, org_id: OrgId, raw: str | None) -> list[Media]:
        """The media of a row (JSON objects), each with its address."""
        found: list[dict[str, Any]] = json.decode(raw) if raw else []
        made: list[Media] = []
        for entry in found:
            asset_id = AssetId(UUID(entry.pop("asset_id")))
            facts = (entry["media_type"], entry["width"], entry["height"])
            is_tiled = bool(entry.pop("tiles")) or has_large_picture(*facts)
            tiles = self._tiles(org_id, asset_id) if is_tiled else None
            url = self._url(org_id, asset_id, shown_variant(*facts))
            is_one_of_many = len(found) > 1 and entry["media_type"].startswith("image/")
            thumbnail = self._url(org_id, asset_id, small_variant(*facts[1:])) if is_one_of_many else None
            made.append(Media(asset_id=asset_id, url=url, tiles=tiles, thumbnail=thumbnail, **entry))
        return made


async def get(tx: Tx, sign: Signer, id: AssignmentId) -> Assignment:
    """The worker's own turn. Raises NoSuchAssignment."""
    row = await own_turn(tx, id)
    pipeline = store.pipeline(row)
    assignment = assignment_of(tx.org_id, row, TurnState(row["state"]), rules.lease_s(pipeline, row["stage"]), sign)
    if assignment.kind is Kind.REVIEW:
        return await with_submissions(tx, assignment)
    return assignment


async def own_turn(tx: Tx, id: AssignmentId) -> store.Row:
    """The row of the worker's own turn. Raises NoSuchAssignment."""
    row = await store.get_turn(tx, id, own_worker(tx))
    if row is None:
        raise _no_such(id)
    return row


async def mine(tx: Tx, sign: Signer, *, open_only: bool, before: datetime | None, limit: int) -> list[Assignment]:
    """The worker's own turns, newest first, without their documents."""
    rows = await store.mine(tx, own_worker(tx), open_only, before, limit)
    return [assignment_of(tx.org_id, row, TurnState(row["state"]), 0, sign) for row in rows]


async def locked_turn(tx: Tx, id: AssignmentId) -> TurnToEnd:
    """The worker's own turn, about to be changed. Raises NoSuchAssignment."""
    end = await store.lock_turn(tx, id, own_worker(tx))
    if end is None:
        raise _no_such(id)
    return end


async def with_submissions(tx: Tx, assignment: Assignment) -> Assignment:
    """A review's turn, with what it is about."""
    found = (await store.task_submissions(tx, [assignment.task_id])).get(assignment.task_id, [])
    row = await store.seen_in_review(tx, assignment.task_id)
    detail: dict[str, Any] = json.decode(row["detail"]) if row["detail"] else {}
    shown = blind([(id, annotation) for id, _, annotation in found], detail.get("marks", {}))
    draft = assignment.draft
    origin = assignment.draft_origin
    if draft is None and shown:
        draft, origin = shown[0].annotation, "submission"
    return msgspec.structs.replace(
        assignment, submissions=shown, draft=draft, draft_origin=origin, has_threads=row["has_threads"]
    )  # fmt: skip


def blind(
    submissions: Sequence[tuple[SubmissionId, Annotation]], agreement: Mapping[str, dict[str, float]] | None = None
) -> list[BlindSubmission]:
    """Submissions with letters instead of names, in their order. agreement: of each one's marks, by submission."""
    return [
        BlindSubmission(
            id=id, label=chr(65 + n % 26), annotation=annotation, marks_agreement=(agreement or {}).get(str(id), {})
        )
        for n, (id, annotation) in enumerate(submissions)
    ]


def assignment_of(org_id: OrgId, row: Any, state: TurnState, lease_s: int, sign: Signer) -> Assignment:
    """The turn of a row that `get_turn`, `mine` or a claim brought. lease_s: what each sign of life adds."""
    draft, origin = None, None
    for name in ("draft", "earlier", "merged", "prelabel"):
        if (raw := row.get(name)) is not None:
            draft, origin = msgspec.json.decode(raw, type=Annotation), name
            break
    return Assignment(
        id=row["id"], organisation_id=org_id, project_id=row["project_id"], task_id=row["task_id"],
        item_id=row["item_id"], batch_id=row["batch_id"], kind=Kind(row["kind"]), stage=row["stage"],
        round=row["round"], state=state, leased_at=row["leased_at"], leased_until=row["leased_until"], lease_s=lease_s,
        paused_at=row.get("paused_at"), closed_at=row.get("closed_at"), active_ms=row.get("active_ms") or 0,
        due_at=row["due_at"], note=row["note"], external_id=row["external_id"], name=row["name"],
        meta=json.decode(row["meta"]), media=sign.media(org_id, row.get("media")),
        ontology_version=row["ontology_version"], guideline_version=row["guideline_version"], draft=draft,
        draft_seq=row.get("draft_seq") or 0, draft_origin=origin, draft_device=row.get("draft_device") or "",
        draft_saved_at=row.get("draft_saved_at"),
        decision=Decision(row["decision"]) if row.get("decision") else None,
        # A claim does not look for threads; what was said, was said in an earlier round, or a review looks itself.
        has_threads=row.get("has_threads", row["round"] > 0),
    )  # fmt: skip


def own_worker(tx: Tx) -> WorkerId:
    """Who works in this transaction. Raises Invalid for somebody who does not."""
    if tx.actor.worker_id is None:
        raise Invalid("Only a worker has assignments.", mend="Sign in as a person of a workforce.")
    return tx.actor.worker_id


def _no_such(id: AssignmentId) -> NoSuchAssignment:
    return NoSuchAssignment(f"You have no assignment {id}.", mend="Claim one, or list yours at /api/v1/work/mine.")
