"""What a simulation did, in figures."""

from collections import Counter
from collections.abc import Sequence
from math import ceil

import msgspec

from fairmark.client.model import Progress, WorkRole
from fairmark.client.simulate.comparing import Score, mean
from fairmark.client.simulate.people import Account
from fairmark.client.simulate.worker import Record


class Timing(msgspec.Struct, frozen=True):
    """Of one kind of request, in milliseconds, tries again included."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one person did. score: mean of their submissions against the truth; None without one."""

    name: str
    role: WorkRole
    level: str
    submissions: int
    reviews: dict[str, int]
    score: Score | None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What the crowd did. submitted, merged: mean score of the submissions, and of the results in force.

    reviews: by decision. lost: turns that ended before they were handed in. refused: work that the server found unfit.
    troubles: times that somebody found the server away. rate_per_s: submissions and reviews.
    """

    seconds: float
    submissions: int
    reviews: dict[str, int]
    skips: int
    lost: int
    refused: int
    troubles: int
    rate_per_s: float
    claim: Timing | None
    submit: Timing | None
    submitted: Score | None
    merged: Score | None
    progress: Progress | None
    lines: list[Line]


def timing(seconds: Sequence[float]) -> Timing | None:
    """Percentiles by the nearest rank: the value that so many per cent do not exceed. None of nothing."""
    if not seconds:
        return None
    ordered = sorted(seconds)

    def rank(share: float) -> float:
        return round(1000 * ordered[ceil(share * len(ordered)) - 1], 2)

    return Timing(len(ordered), rank(0.5), rank(0.95), rank(0.99))


def summarise(
    people: Sequence[tuple[Account, Record]], seconds: float, progress: Progress | None, merged: Score | None
) -> Summary:
    """The sum of what everybody did in `seconds`."""
    records = [record for _, record in people]
    reviews: Counter[str] = Counter()
    for record in records:
        reviews.update(record.reviews)
    submissions = sum(record.submissions for record in records)
    done = submissions + reviews.total()
    return Summary(
        seconds=round(seconds, 2), submissions=submissions, reviews=dict(sorted(reviews.items())),
        skips=sum(record.skips for record in records), lost=sum(record.lost for record in records),
        refused=sum(record.refused for record in records), troubles=sum(record.troubles for record in records),
        rate_per_s=round(done / seconds, 2) if seconds > 0 else 0.0,
        claim=timing([s for record in records for s in record.claim_s]),
        submit=timing([s for record in records for s in record.submit_s]),
        submitted=mean([each for record in records for each in record.scores]), merged=merged, progress=progress,
        lines=[
            Line(name=account.name, role=account.role, level=account.level, submissions=record.submissions,
                 reviews=dict(record.reviews), score=mean(record.scores))
            for account, record in people
        ],
    )  # fmt: skip
