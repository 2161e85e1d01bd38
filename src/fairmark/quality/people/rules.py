"""From checks to what may be believed of a worker; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from fairmark.kernel.ids import ProjectId, WorkerId
from fairmark.methods.beta import Belief
from fairmark.projects.model import GoldTurns
from fairmark.quality.people.model import Estimate, Share, Week

HALF_LIFE_DAYS = 45.0
"""Work so old counts half: people learn, and forget."""
SOURCE_WEIGHTS: Mapping[str, float] = {"gold": 1.0, "review": 1.0, "consensus": 0.5}
"""What a part judged by each source is worth. Others can be wrong together, so their agreement counts half."""
CHECKED = ("gold", "review")
"""What makes a worker known: others' agreement is no ground to look less often."""
USUAL = 0.8
"""How often somebody is right of whom nothing is known, in a project of which nothing is known."""
PRIOR_N = 4.0
"""Judged parts that what is usual in the project is worth against a worker's own."""
ENOUGH_N = 20.0
"""Judged parts below which a figure decides nothing about a person."""
LEVEL = 0.9
WEEKS_MAX = 26
RECENT = timedelta(weeks=4)
_Z = 1.645


class Check(NamedTuple):
    """A submission held against what is right. parts: (right, wrong) by class or question, weighted 0 to 1 each."""

    project_id: ProjectId
    source: str
    score: float
    weight: float
    parts: Mapping[str, tuple[float, float]]
    at: datetime
    worker_id: WorkerId | None = None


class Counts(NamedTuple):
    """Right and wrong parts, as far as they count."""

    right: float
    wrong: float

    @property
    def n(self) -> float:
        return self.right + self.wrong


def counted(checks: Iterable[Check], now: datetime | None, part: str | None = None) -> Counts:
    """What `checks` say together. now: age them; None: all count alike. part: of one class or question only."""
    right = wrong = 0.0
    for check in checks:
        worth = check.weight * SOURCE_WEIGHTS[check.source]
        if now is not None:
            worth *= 0.5 ** (max((now - check.at).total_seconds(), 0.0) / 86400 / HALF_LIFE_DAYS)
        chosen = check.parts.values() if part is None else [check.parts[part]] if part in check.parts else []
        for yes, no in chosen:
            right, wrong = right + worth * yes, wrong + worth * no
    return Counts(right, wrong)


def usual_of(checks: Iterable[Check], now: datetime) -> float:
    """How often people in a project are right, 0 to 1, drawn to USUAL while little is known."""
    all_ = counted(checks, now)
    return (all_.right + USUAL * PRIOR_N) / (all_.n + PRIOR_N)


def belief(counts: Counts, usual: float) -> Belief:
    """Beta posterior, with what is usual as a prior worth PRIOR_N parts."""
    usual = min(max(usual, 0.05), 0.95)
    return Belief(counts.right + PRIOR_N * usual, counts.wrong + PRIOR_N * (1 - usual))


def estimate(counts: Counts, usual: float) -> Estimate:
    """What is believed, with the middle LEVEL of it."""
    believed = belief(counts, usual)
    tail = (1 - LEVEL) / 2
    return Estimate(
        mean=believed.mean, low=believed.quantile(tail), high=believed.quantile(1 - tail), n=counts.n,
        enough=counts.n >= ENOUGH_N,
    )  # fmt: skip


def by_part(checks: Sequence[Check], now: datetime, usual: float, names: Mapping[str, str]) -> list[Share]:
    """An estimate for each class and question, those with the most evidence first."""
    parts = dict.fromkeys(part for check in checks for part in check.parts)
    found = [(part, counted(checks, now, part)) for part in parts]
    found.sort(key=lambda entry: (-entry[1].n, entry[0]))
    return [
        Share(id=part, name=names.get(part, part), estimate=estimate(counts, usual)) for part, counts in found[:200]
    ]


def by_source(checks: Sequence[Check], now: datetime, usual: float) -> list[Share]:
    """An estimate for each source that there is."""
    return [
        Share(id=name, name=name, estimate=estimate(counted(own, now), usual))
        for name in SOURCE_WEIGHTS
        if (own := [check for check in checks if check.source == name])
    ]


def by_week(checks: Sequence[Check], usual: float) -> list[Week]:
    """Estimates by the week of the work, oldest first."""
    weeks: dict[date, list[Check]] = {}
    for check in checks:
        day = check.at.date()
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(check)
    newest = sorted(weeks)[-WEEKS_MAX:]
    return [Week(monday=monday, estimate=estimate(counted(weeks[monday], None), usual)) for monday in newest]


def drift(checks: Sequence[Check], now: datetime, usual: float) -> float | None:
    """Change of the last four weeks against those before; None unless it is beyond what chance brings about.

    Two beta posteriors are compared by their means and variances, taken as normal; with ENOUGH_N parts on each side.
    """
    late = counted([check for check in checks if check.at >= now - RECENT], None)
    early = counted([check for check in checks if check.at < now - RECENT], None)
    if min(late.n, early.n) < ENOUGH_N:
        return None
    after, before = belief(late, usual), belief(early, usual)
    change = after.mean - before.mean
    return change if abs(change) > _Z * (after.variance + before.variance) ** 0.5 else None


def gold_rate(counts: Counts, usual: float, wanted: GoldTurns) -> float:
    """Share of a worker's turns that are gold: falls from rate_new to rate_known with the variance of the belief."""
    nothing = belief(Counts(0.0, 0.0), usual).variance
    unknown = min(belief(counts, usual).variance / nothing, 1.0)
    return wanted.rate_known + (wanted.rate_new - wanted.rate_known) * unknown
