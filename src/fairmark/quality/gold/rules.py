"""What answers to a gold item say about the item itself; pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from fairmark.kernel.ids import SubmissionId, WorkerId
from fairmark.ontology.model import Annotation
from fairmark.quality.gold.model import Suspicion

DOUBT = 0.03
"""How often a known answer is doubtful before anybody has answered."""
DOUBTFUL_WRONG = 0.6
"""How often good people differ from a doubtful known answer."""
SHOWN_FROM, SUSPENDED_FROM = 0.5, 0.8
"""Chance of being doubtful from which an item is shown as suspicious, and from which it is suspended by itself."""
SUSPENDED_ANSWERS = 3
SAME_MIN, SAME_SHARE = 3, 0.5
"""So many people, and this share of all who are wrong, giving one and the same wrong answer is suspicious."""
FAST, FAST_MIN = 0.35, 3
"""So much of a person's usual time is sudden speed; seen with so many people it is suspicious."""


class Answered(NamedTuple):
    """One answer. quality: 0 to 1, how often the worker is right by everything else. pace: their time at it as a share
    of their usual; None if unknown. same_as: how many others gave the same answer, if it is wrong.
    """

    submission_id: SubmissionId
    worker_id: WorkerId
    annotation: Annotation
    score: float
    is_right: bool
    quality: float
    pace: float | None
    same_as: int = 0


def ambiguity(answers: Sequence[Answered]) -> float:
    """Chance that the known answer is doubtful, 0 to 1.

    Two explanations for each answer that differs: the worker was wrong, as happens to them with 1 - quality, or the
    item is doubtful, and then anybody differs with DOUBTFUL_WRONG. So one bad worker says little, several good ones
    much.
    """
    log_odds = math.log(DOUBT / (1 - DOUBT))
    for each in answers:
        quality = min(max(each.quality, 0.05), 0.97)
        differs = (DOUBTFUL_WRONG, 1 - quality) if not each.is_right else (1 - DOUBTFUL_WRONG, quality)
        log_odds += math.log(differs[0] / differs[1])
    return 1 / (1 + math.exp(-min(max(log_odds, -30.0), 30.0)))


def suspicions(answers: Sequence[Answered], doubt: float) -> list[Suspicion]:
    """Why the item should be looked at, the strongest reason first."""
    found: list[Suspicion] = []
    wrong = [each for each in answers if not each.is_right]
    if doubt >= SHOWN_FROM:
        good = sum(1 for each in wrong if each.quality >= 0.8)
        text = f"{len(wrong)} of {len(answers)} people differ from the known answer, {good} of them usually right."
        found.append(Suspicion(kind="ambiguous", strength=doubt, text=text))
    same = max((each.same_as + 1 for each in wrong), default=0)
    if same >= SAME_MIN and same >= SAME_SHARE * len(wrong):
        text = f"{same} people gave one and the same answer that differs from the known one."
        found.append(Suspicion(kind="same_wrong_answer", strength=min(same / (len(answers) or 1), 1.0), text=text))
    fast = [each for each in answers if each.pace is not None and each.pace < FAST]
    if len(fast) >= FAST_MIN and len(fast) * 2 >= len(answers):
        text = f"{len(fast)} of {len(answers)} people took less than {FAST:.0%} of their usual time."
        found.append(Suspicion(kind="too_fast", strength=len(fast) / len(answers), text=text))
    return sorted(found, key=lambda each: -each.strength)


def leaked(answers: Sequence[Answered], found: Sequence[Suspicion]) -> list[Answered]:
    """Those whose answers look as if they had been passed on: sudden speed by many, or one wrong answer, given fast."""
    kinds = {each.kind for each in found}
    fast = [each for each in answers if each.pace is not None and each.pace < FAST]
    if "too_fast" in kinds:
        return fast
    if "same_wrong_answer" in kinds:
        alike = [each for each in fast if not each.is_right and each.same_as]
        return alike if len(alike) >= 2 else []
    return []
