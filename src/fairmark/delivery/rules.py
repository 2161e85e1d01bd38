"""Decisions of delivery: who gets which event, when to try again, what to sign, what goes into an export."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

import msgspec

from fairmark.delivery.model import (
    ERROR_CHARS_MAX,
    RESPONSE_CHARS_MAX,
    BadSplit,
    ExportRow,
    Parcel,
    Split,
    UnknownEventType,
    Webhook,
)
from fairmark.kernel.actor import Mode
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.ids import ItemId, ProjectId
from fairmark.ontology.model import Annotation, Ontology

RETRIES_S: Final = (10, 30, 120, 600, 3600, 10_800, 21_600, 43_200)
"""Waits between attempts: nine attempts within 22 h 13 min, with jitter below 24 h."""
CALLBACK_RETRIES_S: Final = (
    10, 30, 60, 120, 300, 600, 900, 1800, 3600, 3600, 5400, 5400, 7200, 7200, 7200, 7200, 7200, 7200, 7200,
)  # fmt: skip
"""The same for callbacks, whose receivers are promised twenty attempts within a day: 20 h 4 min of waits."""
JITTER: Final = 0.08
GIVE_UP_S: Final = 86_400
CALM_FAILURES: Final = 3
"""From so many failures in a row on, the whole webhook rests between attempts."""
REST_FIRST_S: Final = 10
REST_MAX_S: Final = 600
TEST_TYPE: Final = "webhook.test"
KEPT_DAYS: Final = 14
DELIVERIES_KEPT_DAYS: Final = 30
_SPLIT_SUM_TOLERANCE: Final = 1e-6
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\n\t]")


def expand(types: Sequence[str], known: Sequence[str]) -> list[str]:
    """The event types that `types` name, where `noun.*` stands for all of a noun. Raises UnknownEventType."""
    found: set[str] = set()
    for wanted in types:
        matching = [each for each in known if matches(wanted, each)]
        if not matching:
            raise UnknownEventType(f"No event has the type '{wanted}'.", mend="See docs/events.md for the types.")
        found.update(matching)
    return sorted(found)


def matches(wanted: str, type: str) -> bool:
    """Whether an event of `type` is meant by `wanted`: the type itself or `noun.*`."""
    return type.startswith(wanted[:-1]) if wanted.endswith(".*") else type == wanted


def wants(webhook: Webhook, event: StoredEvent, mode: Mode) -> bool:
    """Whether `event`, which belongs to `mode`, is for `webhook`. What happened before it was made is not."""
    return (
        webhook.mode is mode
        and event.at >= webhook.created_at
        and (webhook.project_id is None or webhook.project_id == event.project_id)
        and (not webhook.types or any(matches(wanted, event.type) for wanted in webhook.types))
    )


def mode_of(project_id: ProjectId | None, modes: dict[ProjectId, Mode]) -> Mode:
    """The world that an event belongs to: its project's; what concerns the whole organisation is live."""
    return Mode.LIVE if project_id is None else modes.get(project_id, Mode.LIVE)


class Verdict(StrEnum):
    """What an attempt means for its delivery."""

    DELIVERED = "delivered"
    AGAIN = "again"
    FAILED = "failed"
    GONE = "gone"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back of an attempt. status: None if nothing did; `error` then says why. retry_after: the header."""

    status: int | None = None
    body: str = ""
    error: str = ""
    retry_after: str = ""
    took_ms: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What to do after an attempt. next_at: with AGAIN. rest_until: nothing else is tried at the webhook before."""

    verdict: Verdict
    next_at: datetime | None = None
    rest_until: datetime | None = None
    failures: int = 0


def judge(
    parcel: Parcel, webhook: Webhook, answer: Answer, now: datetime, chance: float, *, is_callback: bool = False
) -> Outcome:
    """What the attempt that just ended means. chance: uniform in [0, 1), spreads the retries.

    2xx is success and 410 says that the address is gone; everything else is tried again until the schedule, or a day,
    is over. `Retry-After` can put the next attempt off, not bring it forward. A callback has a schedule of its own, and
    410 is an answer like others: its address belongs to one matter, not to all that its host is told.
    """
    status = answer.status
    if status is not None and 200 <= status < 300:
        return Outcome(verdict=Verdict.DELIVERED)
    retries = CALLBACK_RETRIES_S if is_callback else RETRIES_S
    if status == 410 and not is_callback:
        return Outcome(verdict=Verdict.GONE, failures=webhook.failures + 1)
    failures = webhook.failures + 1
    rest_until = None
    if failures >= CALM_FAILURES:
        rest_until = now + timedelta(seconds=min(REST_FIRST_S * 2 ** min(failures - CALM_FAILURES, 10), REST_MAX_S))
    tries = parcel.delivery.attempts + 1
    if parcel.delivery.type == TEST_TYPE:  # a test answers now; it wears nobody down either
        return Outcome(verdict=Verdict.FAILED, failures=webhook.failures)
    last = parcel.queued_at + timedelta(seconds=GIVE_UP_S)
    if tries > len(retries):
        return Outcome(verdict=Verdict.FAILED, failures=failures, rest_until=rest_until)
    wait_s = retries[tries - 1] * (1 + JITTER * (2 * chance - 1))
    next_at = now + timedelta(seconds=max(wait_s, retry_after_s(answer.retry_after, now)))
    if next_at > last:
        return Outcome(verdict=Verdict.FAILED, failures=failures, rest_until=rest_until)
    return Outcome(verdict=Verdict.AGAIN, next_at=next_at, failures=failures, rest_until=rest_until)


def retry_after_s(header: str, now: datetime) -> float:
    """The seconds that a `Retry-After` header asks for, as a number or a date; 0 if it says nothing sound."""
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def sign(secrets: Iterable[str], body: bytes, at: datetime) -> str:
    """The `Fairmark-Signature` header: `t=UNIX SECONDS` and one `v1=HEX` for each secret that is in force.

    Signed is the text of the seconds, a full stop, and the body, with HMAC-SHA-256.
    """
    seconds = int(at.timestamp())
    signed = f"{seconds}.".encode() + body
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={seconds}", *(f"v1={digest}" for digest in digests)])


def excerpt(body: bytes) -> str:
    """The start of an answer as text that can be stored and shown."""
    return _UNPRINTABLE.sub(" ", body[: 4 * RESPONSE_CHARS_MAX].decode("utf-8", "replace"))[:RESPONSE_CHARS_MAX].strip()


def short_error(message: str) -> str:
    """An error that fits the log."""
    return _UNPRINTABLE.sub(" ", message)[:ERROR_CHARS_MAX]


def check_split(split: Split) -> None:
    """Raises BadSplit."""
    total = split.train + split.val + split.test
    if abs(total - 1) > _SPLIT_SUM_TOLERANCE:
        raise BadSplit(
            f"The shares of the split add up to {total:g}.", mend="Give train, val and test that add up to 1."
        )


def split_of(item_id: ItemId, split: Split) -> str:
    """Where an item belongs. The same in every export; with a changed share, few items change their place."""
    place = int.from_bytes(hashlib.sha256(item_id.bytes).digest()[:8], "big") / 2**64
    if place < split.train:
        return "train"
    return "val" if place < split.train + split.val or split.test == 0 else "test"


def only_classes(annotation: Annotation, classes: frozenset[str]) -> Annotation:
    """The annotation with the marks of `classes` alone, and the links between what is left."""
    marks = tuple(mark for mark in annotation.marks if mark.class_ in classes)
    kept = {mark.id for mark in marks}
    links = tuple(link for link in annotation.links if link.from_ in kept and link.to in kept)
    return msgspec.structs.replace(annotation, marks=marks, links=links)


def narrowed(ontology: Ontology, classes: frozenset[str]) -> Ontology:
    """The ontology with `classes` alone. A parent that is left out is forgotten, a link without an end as well."""
    kept = tuple(
        each if each.parent in classes else msgspec.structs.replace(each, parent=None)
        for each in ontology.classes
        if each.id in classes
    )
    links = [
        msgspec.structs.replace(
            link,
            from_=tuple(each for each in link.from_ if each in classes),
            to=tuple(each for each in link.to if each in classes),
        )
        for link in ontology.links
        if (not link.from_ or classes.intersection(link.from_)) and (not link.to or classes.intersection(link.to))
    ]
    return msgspec.structs.replace(ontology, classes=kept, links=tuple(links))


def file_name(export: ExportRow) -> str:
    """What the download is called: project, format and day, in letters that every file system takes."""
    folded = unicodedata.normalize("NFKD", export.project_name)
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter)).lower()
    slug = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:60].strip("-") or "project"
    return f"{slug}-{export.format}-{export.created_at:%Y-%m-%d}.zip"


def expires_at(export: ExportRow) -> datetime:
    """When the file of a finished export is removed."""
    return export.updated_at + timedelta(days=KEPT_DAYS)
