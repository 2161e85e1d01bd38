"""Why a task has the answer it has: kept short with the judgement, put into words when somebody asks. Pure."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from fairmark.kernel.ids import SubmissionId
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Field
from fairmark.quality.judging.model import Decided, Option, Vote
from fairmark.quality.judging.subjects import NO, NONE, YES

DECISIONS_MAX = 60
"""Most decisions that are kept with a judgement: the least sure ones."""
OPTIONS_MAX = 5
TURN_MAX = 20
_DIGITS = 3


class KeptVoice(msgspec.Struct, frozen=True, array_like=True):
    """See `jury.Voice`; place: in the list of who judged."""

    place: int
    said: str
    skill: float
    evidence: float


class KeptDecision(msgspec.Struct, frozen=True, array_like=True):
    """A decision as it is kept: ids instead of names, few digits. See `model.Decided`."""

    kind: str
    key: str
    subject: str
    answer: str
    confidence: float
    options: list[tuple[str, float]]
    voices: list[KeptVoice]
    gain: float
    to_turn: int | None
    known: float


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is kept with a judgement. who: the submission of each judge, None for a prediction. more: decisions that
    were too many to keep. all_right: 0 to 1, chance that every decision is right.
    """

    known: float
    who: list[SubmissionId | None]
    decisions: list[KeptDecision]
    all_right: float
    missed: float | None = None
    more: int = 0


def kept(decision: KeptDecision) -> KeptDecision:
    """With few digits and options."""
    return KeptDecision(
        decision.kind, decision.key, decision.subject, decision.answer, round(decision.confidence, _DIGITS),
        [(value, round(chance, _DIGITS)) for value, chance in decision.options[:OPTIONS_MAX]],
        [KeptVoice(v.place, v.said, round(v.skill, 2), round(v.evidence, 2)) for v in decision.voices],
        round(decision.gain, 4), decision.to_turn, round(decision.known, 2),
    )  # fmt: skip


def to_turn(options: Sequence[tuple[str, float]], judges: int, skill: float, scale: float = 0.7) -> int | None:
    """How many more people of `skill`, all for the runner-up, turn a decision; None: more than TURN_MAX.

    Evidence of n people grows as the root of n (`calibration.patience`), the same on both sides.
    """
    if len(options) < 2:
        return None
    lead = math.log(max(options[0][1], 1e-6) / max(options[1][1], 1e-6))
    skill = min(max(skill, 0.55), 0.99)
    step = math.log(skill / (1 - skill))
    # What the present lead would be if it were evidence not yet damped for the number of judges.
    raw = lead / min(1.0, scale / math.sqrt(max(judges, 1)))
    need = math.floor(raw / step + 1e-9) + 1
    return need if need <= TURN_MAX else None


class Names:
    """What ids are called in one ontology."""

    def __init__(self, compiled: CompiledOntology) -> None:
        self._classes = {each.id: each.name for each in compiled.ontology.classes}
        self._fields: dict[str, Field] = {f"question:{each.id}": each for each in compiled.ontology.questions}
        for item_class in compiled.ontology.classes:
            self._fields.update({f"attribute:{item_class.id}:{each.id}": each for each in item_class.attributes})

    def field(self, subject: str) -> str:
        """The name of a question or attribute by its subject."""
        found = self._fields.get(subject)
        return found.name if found is not None else subject.rpartition(":")[2]

    def subject(self, subject: str) -> str:
        """What a subject is called: "Light", "Marks: box", "Car: colour"."""
        place, _, rest = subject.partition(":")
        if place == "attribute":
            item_class = rest.partition(":")[0]
            return f"{self._classes.get(item_class, item_class)}: {self.field(subject)}"
        return self.field(subject) if place == "question" else f"{place.capitalize()}: {rest}"

    def value(self, subject: str, code: str) -> str:
        """What a value of a subject is called."""
        if subject.startswith(("class:", "marks:")) or subject == "":
            return self._classes.get(code, code) if code != NONE else "nothing there"
        if code == NONE:
            return "left open"
        field = self._fields.get(subject)
        names = {option.id: option.name for option in field.options} if field is not None else {}
        plain = {YES: "yes", NO: "no"}
        return ", ".join(names.get(part, plain.get(part, part)) for part in code.split(", "))


def decided(why: Why, names: Names, workers: Mapping[UUID, str]) -> list[Decided]:
    """Every decision in words. workers: who made each submission, by its id."""
    return [_decided(each, why, names, workers) for each in why.decisions]


def folded(decisions: Sequence[Decided]) -> list[str]:
    """What they say, in their order, each sentence once: "3 marks: 1 of 2 marked it as Car ..."."""
    counts = Counter((each.kind in {"mark", "dropped"}, each.title, each.text) for each in decisions)
    return [
        f"{title if count == 1 else f'{count} marks' if is_mark else f'{title}, {count} times'}: {text}"
        for (is_mark, title, text), count in counts.items()
    ]


def _decided(each: KeptDecision, why: Why, names: Names, workers: Mapping[UUID, str]) -> Decided:
    marks = each.kind in {"mark", "dropped"}
    answer = names.value("" if marks else each.subject, each.answer)
    votes: list[Vote] = []
    for voice in each.voices:
        id = why.who[voice.place] if voice.place < len(why.who) else None
        votes.append(
            Vote(submission_id=id, worker=workers.get(id, "somebody") if id is not None else "model",
                 said=names.value("" if marks else each.subject, voice.said), skill=voice.skill,
                 evidence=voice.evidence)
        )  # fmt: skip
    options = [
        Option(value=value, title=names.value("" if marks else each.subject, value), probability=chance)
        for value, chance in each.options
    ]
    title = "A mark" if marks else names.field(each.subject)
    return Decided(
        kind=each.kind, key=each.key, title=title, answer=answer, confidence=each.confidence, options=options,
        votes=votes, gain=each.gain, to_turn=each.to_turn, text=_words(each, answer, votes),
    )  # fmt: skip


def _words(each: KeptDecision, answer: str, votes: Sequence[Vote]) -> str:
    """One or two sentences: who said so, who did not, how sure, what would turn it."""
    for_it = [vote for vote in votes if vote.evidence > 0]
    against = [vote for vote in votes if vote.evidence <= 0]
    if each.kind == "mark":
        first = f"{_people(len(for_it), len(votes))} marked it as {answer}" if for_it else f"Held for {answer}"
    elif each.kind == "dropped":
        first = f"{_people(len(against), len(votes))} did not mark it"
    else:
        first = f"{_people(len(for_it), len(votes))} said {answer}" if for_it else f"Held for {answer}"
    said = dict.fromkeys(vote.said for vote in against if each.kind != "dropped")
    rest = f"; {', '.join(list(said)[:3])} was said too" if said else ""
    how = f"{first}{rest}: {each.confidence:.0%} sure."
    if against and for_it and each.known > 0.2 and each.kind != "dropped":
        mine, theirs = (sum(v.skill for v in side) / len(side) for side in (for_it, against))
        if abs(mine - theirs) > 0.05:
            better = "better" if mine > theirs else "worse"
            how += f" Those who said so are {better} at this ({mine:.0%} right) than the others ({theirs:.0%})."
    if each.to_turn is not None and each.confidence < 0.995:
        how += f" {each.to_turn} more who say otherwise would turn it."
    return how


def _people(some: int, all_: int) -> str:
    if all_ == 1:
        return "The one person asked" if some else "Nobody"
    return f"All {all_}" if some == all_ else f"{some} of {all_}"


def summary(why: Why, confidence: float | None, target: float | None, submissions: int) -> str:
    """The whole in a sentence or two."""
    if confidence is None:
        return "Nobody has judged this task yet." if submissions < 2 else "Its submissions are being judged."
    unsure = [each for each in why.decisions if each.confidence < (target or 0.9)]
    people = "one person" if submissions == 1 else f"{submissions} people"
    text = f"From what {people} said, {confidence:.0%} of this is expected to be right."
    if unsure:
        text += f" {len(unsure)} of {len(why.decisions) + why.more} decisions are less sure than that."
    if why.missed is not None and why.missed >= 0.05:
        text += f" About {why.missed:.1f} things may have been overlooked by all."
    return text


def method(known: float) -> str:
    """How it was weighed, in words."""
    if known <= 0:
        return "A simple vote: nothing is known yet of the people who answered."
    if known < 0.5:
        return "Mostly a simple vote, a little by how good each person has proved to be."
    if known < 0.9:
        return "Each person's word weighs as much as they have proved to be right, beside a simple vote."
    return "Each person's word weighs as much as they have proved to be right."
