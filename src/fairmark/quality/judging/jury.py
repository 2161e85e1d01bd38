"""A jury that knows its judges: decides what is there and what is answered, by who said it. Pure.

How far the model of the judges is trusted against a simple vote grows with what is known (`state.trusted`): with
nothing known it leaves everything to the vote. It notes all it was asked, for the judges to learn from and for people
to see why.
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fairmark.methods.majority import ACCURACY
from fairmark.methods.truth.boxes import KEEP_MIN
from fairmark.methods.truth.existence import Looks, judged
from fairmark.methods.truth.free import Said
from fairmark.methods.truth.hierarchical import Learnt
from fairmark.methods.truth.online import Rows, judged_rows
from fairmark.modalities.jury import Opinion, Thing
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Field, FieldValue, Mark
from fairmark.projects.model import Methods
from fairmark.quality.judging.classes import as_specific_as_sure
from fairmark.quality.judging.open_answers import number, prose, text
from fairmark.quality.judging.state import Book, Unit, finders
from fairmark.quality.judging.subjects import (
    NO,
    NONE,
    YES,
    Kind,
    Subject,
    chosen,
    class_subject,
    code_of,
    subject_of,
    value_of,
)
from fairmark.quality.judging.voting import VOTE_ODDS, Look, Note, Voice, blended, ranked, trust, votes


@dataclass(slots=True)
class KnowingJury:
    """See `modalities.jury.Jury`. judges: the number in the book of the author of each submission; weights: how much
    each counts. truth: which of the submissions is no judgement but known to be right. book: None: only take notes.
    methods: how each kind of answer is decided.
    """

    compiled: CompiledOntology
    judges: Sequence[int]
    weights: Sequence[float]
    book: Book | None = None
    truth: int | None = None
    methods: Methods = field(default_factory=Methods)
    units: dict[str, list[Unit]] = field(default_factory=dict[str, list[Unit]])
    subjects: dict[str, Subject] = field(default_factory=dict[str, Subject])
    looks: dict[str, list[Look]] = field(default_factory=dict[str, list[Look]])
    numbers: dict[str, list[tuple[list[int], list[float], float]]] = field(
        default_factory=dict[str, list[tuple[list[int], list[float], float]]]
    )
    free: dict[str, list[tuple[list[Said], Hashable | None]]] = field(
        default_factory=dict[str, list[tuple[list[Said], Hashable | None]]]
    )
    sets: dict[str, list[tuple[list[int], list[frozenset[str]]]]] = field(
        default_factory=dict[str, list[tuple[list[int], list[frozenset[str]]]]]
    )
    notes: list[Note] = field(default_factory=list[Note])

    @property
    def voters(self) -> list[int]:
        """The submissions that are judgements."""
        return [index for index in range(len(self.judges)) if index != self.truth]

    # ---------------------------------------------------------------------------------------------- things

    def thing(self, members: Sequence[tuple[int, Mark]]) -> Thing | None:
        """Whether, and of what class, it is; None while nothing is known of anybody."""
        kind = members[0][1].kind
        by_index = dict(members)
        voters = self.voters
        truth = -1 if self.truth is None else int(self.truth in by_index)
        subject = class_subject(kind, self.compiled)
        unit = self._class_unit(subject, by_index) if subject is not None else None
        look = Look(
            [self.judges[i] for i in voters], [i in by_index for i in voters], truth,
            [(by_index[i].id, by_index[i].class_) if i in by_index else None for i in voters],
            by_index[self.truth].class_ if self.truth is not None and truth == 1 else None,
            len(self.units[subject.key]) - 1 if subject is not None and unit is not None else None,
        )  # fmt: skip
        self.looks.setdefault(kind, []).append(look)
        if self.book is None or not any(look.marked):
            return None
        there, overlooked, known_there = self._there(kind, look)
        plain, known_class = self._of_class(subject, by_index, unit)
        of_class = as_specific_as_sure(kind, plain, self.compiled)
        best = max(of_class, key=lambda name: of_class[name])
        note = Note(
            "mark", subject, "", None, frozenset((index, mark.id) for index, mark in members),
            ranked({**{name: there * share for name, share in of_class.items()}, NONE: 1 - there}),
            self._marking_voices(kind, by_index, best, subject, unit), max(known_there, known_class),
            (subject.key, look.unit) if subject is not None and look.unit is not None else None, there, overlooked,
        )  # fmt: skip
        self.notes.append(note)
        if not max(known_there, known_class) and best in plain:
            return None
        keep_min = 0.5 * (1 - known_there) + KEEP_MIN * known_there
        tied = sum(1 for share in of_class.values() if math.isclose(share, of_class[best], rel_tol=1e-9)) > 1
        return Thing(best, there * of_class[best], 1 - there, there >= keep_min - 1e-9, tied)

    def _class_unit(self, subject: Subject, by_index: Mapping[int, Mark]) -> Unit | None:
        places = {value: n for n, value in enumerate(subject.values)}
        who = [i for i in self.voters if i in by_index and by_index[i].class_ in places]
        if not who:
            return None
        right = by_index[self.truth].class_ if self.truth is not None and self.truth in by_index else None
        unit = Unit([self.judges[i] for i in who], [places[by_index[i].class_] for i in who],
                    [self.weights[i] for i in who], places.get(right or "", -1))  # fmt: skip
        return self._noted(subject, unit)

    def _noted(self, subject: Subject, unit: Unit) -> Unit:
        self.subjects[subject.key] = subject
        self.units.setdefault(subject.key, []).append(unit)
        return unit

    def _there(self, kind: str, look: Look) -> tuple[float, float, float]:
        """Probability that a thing is there; that all would have overlooked it; how far the model is trusted."""
        assert self.book is not None
        weights = [self.weights[i] for i in self.voters]
        for_it = sum(w for w, marked in zip(weights, look.marked, strict=True) if marked)
        simple = 1 / (1 + math.exp(-VOTE_ODDS * (2 * for_it - sum(weights))))
        found = finders(self.book, kind) if self.methods.marks == "existence" else None
        if found is None:
            return simple, 0.0, 0.0
        beliefs, state = found
        n = len(look.judges)
        looks = Looks(np.zeros(n, np.int64), np.array(look.judges), np.array(look.marked), 1, len(self.book.ids))
        real, overlooked = judged(looks, beliefs)
        odds = math.log(max(real[0], 1e-9) / max(1 - real[0], 1e-9))
        modelled = 1 / (1 + math.exp(-min(max(state.slope * odds + state.shift, -30.0), 30.0)))
        known = trust(state.units, n)
        return (1 - known) * simple + known * modelled, float(overlooked[0]), known

    def _of_class(
        self, subject: Subject | None, by_index: Mapping[int, Mark], unit: Unit | None
    ) -> tuple[dict[str, float], float]:
        """Probability of each class, given that the thing is there; how far the model is trusted."""
        said = [(by_index[i].class_, self.weights[i]) for i in self.voters if i in by_index]
        simple = votes(said)
        if subject is None or unit is None:
            return simple, 0.0
        known, posterior = self._choice(subject, unit)
        return blended(simple, dict(zip(subject.values, posterior, strict=True)), known), known

    def _choice(self, subject: Subject, unit: Unit) -> tuple[float, list[float]]:
        """How far the model of a choice is trusted, and its posterior."""
        assert self.book is not None
        known = self.book.known(subject.key, subject.values)
        if not known or self._counts_heads(subject):
            return 0.0, [0.0] * len(subject.values)
        rows = Rows(np.array(unit.judges), np.array(unit.values), np.array(unit.weights))
        posterior = judged_rows(rows, self.book.learnt(subject.key, subject.values))
        return (1.0 if len(unit.judges) == 1 else known), posterior.tolist()

    def _counts_heads(self, subject: Subject) -> bool:
        """Whether a choice is decided by counting heads, as the project says of its kind of answer."""
        if subject.field is None:
            return self.methods.marks == "majority"
        return (self.methods.set if subject.kind is Kind.SET else self.methods.categorical) == "majority"

    def _marking_voices(
        self, kind: str, by_index: Mapping[int, Mark], best: str, subject: Subject | None, unit: Unit | None
    ) -> list[Voice]:
        assert self.book is not None
        found = finders(self.book, kind)
        class_voices: dict[int, Voice] = {}
        if subject is not None and unit is not None:
            who = [i for i in self.voters if i in by_index and by_index[i].class_ in subject.values]
            class_voices = {voice.at: voice for voice in self._voices(subject, unit, who, best)}
        voices: list[Voice] = []
        for i in self.voters:
            judge = self.judges[i]
            recall = ACCURACY
            if found is not None:
                recall = 1 / (1 + math.exp(-float(found[0].ability[judge])))
            false = found[0].coincidence * float(found[0].imagines[judge]) if found is not None else 1 - ACCURACY
            false = min(max(false, 0.01), 0.9)
            marked = i in by_index
            seen = math.log(recall / false) if marked else math.log((1 - recall) / (1 - false))
            more = class_voices[i].evidence if i in class_voices else 0.0
            voices.append(Voice(i, by_index[i].class_ if marked else NONE, recall, seen + more))
        return voices

    # ---------------------------------------------------------------------------------------------- answers

    def answer(
        self, place: str, field: Field, said: Sequence[FieldValue | None], voters: Sequence[int], mark_id: str | None
    ) -> Opinion | None:
        """What is answered; None while nothing is known of anybody."""
        subject = self.subjects.get(place) or subject_of(place, field)
        by_index = dict(zip(voters, said, strict=True))
        who = [i for i in voters if i != self.truth]
        if not who:
            return None
        heard = [by_index[i] for i in who]
        right = by_index.get(self.truth) if self.truth is not None else None
        knows = self.truth is not None and self.truth in by_index
        if subject.kind is Kind.CHOICE:
            return self._one(subject, heard, who, code_of(right) if knows else None, mark_id)
        if subject.kind is Kind.SET:
            return self._several(subject, heard, who, right if knows else None, mark_id)
        if subject.kind is Kind.NUMBER:
            return self._number(subject, heard, who, right, mark_id)
        return self._free(subject, heard, who, code_of(right) if knows else None, mark_id)

    def _one(self, subject: Subject, heard: Sequence[FieldValue | None], who: Sequence[int], right: str | None,
             mark_id: str | None) -> Opinion | None:  # fmt: skip
        places = {value: n for n, value in enumerate(subject.values)}
        codes = [code_of(value) for value in heard]
        if any(code not in places for code in codes):
            return None  # said under another version of the ontology
        unit = self._noted(subject, Unit(
            [self.judges[i] for i in who], [places[code] for code in codes], [self.weights[i] for i in who],
            places.get(right, -1) if right is not None else -1,
        ))  # fmt: skip
        if self.book is None:
            return None
        simple = votes([(code, self.weights[i]) for code, i in zip(codes, who, strict=True)])
        known, posterior = self._choice(subject, unit)
        options = ranked(blended(simple, dict(zip(subject.values, posterior, strict=True)), known))
        best, sure = options[0]
        self._note(subject, mark_id, options, self._voices(subject, unit, who, best), known)
        assert subject.field is not None
        return Opinion(value_of(subject.field, best), sure) if known else None

    def _several(self, subject: Subject, heard: Sequence[FieldValue | None], who: Sequence[int],
                 right: FieldValue | None, mark_id: str | None) -> Opinion | None:  # fmt: skip
        chances: list[tuple[str, float]] = []
        known = 0.0
        asked = [*heard, right] if isinstance(right, list) else list(heard)
        sets = [frozenset(value) if isinstance(value, list) else frozenset[str]() for value in heard]
        self.sets.setdefault(subject.key, []).append(([self.judges[i] for i in who], sets))
        for option in chosen(asked):
            yes = [isinstance(value, list) and option in value for value in heard]
            truth = int(isinstance(right, list) and option in right) if self.truth is not None else -1
            unit = self._noted(subject, Unit([self.judges[i] for i in who], [int(each) for each in yes],
                                             [self.weights[i] for i in who], truth))  # fmt: skip
            if self.book is None:
                continue
            simple = votes([(YES if each else NO, self.weights[i]) for each, i in zip(yes, who, strict=True)])
            known, posterior = self._choice(subject, unit)
            chances.append((option, blended(simple, {NO: posterior[0], YES: posterior[1]}, known).get(YES, 0.0)))
        if self.book is None or not chances:
            return None
        kept = [option for option, chance in chances if chance >= 0.5 - 1e-9]
        sure = math.prod(max(chance, 1 - chance) for _, chance in chances)
        if not kept and subject.field is not None and subject.field.required:
            kept = [max(chances, key=lambda entry: entry[1])[0]]
        voices = [
            Voice(i, ", ".join(value) if isinstance(value, list) else NONE, ACCURACY, VOTE_ODDS)
            for i, value in zip(who, heard, strict=True)
        ]
        self._note(subject, mark_id, sorted(chances, key=lambda entry: -entry[1]), voices, known)
        return Opinion(kept or None, sure) if known else None

    def _number(self, subject: Subject, heard: Sequence[FieldValue | None], who: Sequence[int],
                right: FieldValue | None, mark_id: str | None) -> Opinion | None:  # fmt: skip
        given = [(i, float(v)) for i, v in zip(who, heard, strict=True) if isinstance(v, (int, float))]
        if not given:
            return None
        truth = float(right) if isinstance(right, (int, float)) and not isinstance(right, bool) else math.nan
        row = ([self.judges[i] for i, _ in given], [value for _, value in given], truth)
        self.subjects[subject.key] = subject
        self.numbers.setdefault(subject.key, []).append(row)
        if self.book is None:
            return None
        weights = [self.weights[i] for i, _ in given]
        value, sure, near, known = number(self.book, subject, row[0], row[1], weights, self.methods.number)
        voices = [Voice(i, f"{v:g}", ACCURACY, VOTE_ODDS if abs(v - value) <= near else -VOTE_ODDS) for i, v in given]
        self._note(subject, mark_id, [(f"{value:g}", sure)], voices, known)
        return Opinion(value, sure) if known else None

    def _free(self, subject: Subject, heard: Sequence[FieldValue | None], who: Sequence[int], right: str | None,
              mark_id: str | None) -> Opinion | None:  # fmt: skip
        codes = [code_of(value) for value in heard]
        said = [Said(self.judges[i], code) for i, code in zip(who, codes, strict=True)]
        self.subjects[subject.key] = subject
        self.free.setdefault(subject.key, []).append((said, right))
        if self.book is None:
            return None
        method = self.methods.text
        options, skill, known = text(self.book, subject, said, codes, [self.weights[i] for i in who], method)
        best, sure = options[0]
        if (made := prose(subject, heard, method)) is not None:
            best, sure = code_of(made[0]), made[1]
        voices = [
            Voice(i, code, float(skill[self.judges[i]]), VOTE_ODDS if code == best else -VOTE_ODDS)
            for i, code in zip(who, codes, strict=True)
        ]
        self._note(subject, mark_id, options if made is None else [(best, sure)], voices, known)
        if made is None and not known:
            return None
        value = next((value for value, code in zip(heard, codes, strict=True) if code == best), made and made[0])
        return Opinion(value if best != NONE else None, sure)

    def care(self, kind: str, index: int) -> float:
        """Those who draw better have more say about the place: as 1 / (1.02 - localisation), see `truth.boxes`."""
        if self.book is None or index == self.truth:
            return 1.0
        state = self.book.project.things.get(kind)
        own = self.book.states[self.judges[index]].finds.get(kind)
        if state is None or own is None:
            return 1.0
        return (1.02 - state.localisation) / (1.02 - own.localisation)

    # ---------------------------------------------------------------------------------------------- notes

    def _note(self, subject: Subject, mark_id: str | None, options: list[tuple[str, float]], voices: list[Voice],
              known: float) -> None:  # fmt: skip
        key = subject.field.id if subject.field is not None else ""
        unit = (subject.key, len(self.units[subject.key]) - 1) if subject.kind is Kind.CHOICE else None
        kind = "question" if mark_id is None else "attribute"
        self.notes.append(Note(kind, subject, key, mark_id, frozenset(), options, voices, known, unit))

    def _voices(self, subject: Subject, unit: Unit, who: Sequence[int], best: str) -> list[Voice]:
        """What each judge's word weighs for `best` against its strongest rival among what was said."""
        assert self.book is not None
        counts = Counter({subject.values[v]: w for v, w in zip(unit.values, unit.weights, strict=True)})
        rivals = [value for value in counts if value != best] or [v for v in subject.values if v != best]
        rival = max(rivals, key=lambda value: counts[value])
        if not self.book.known(subject.key, subject.values):
            return [
                Voice(i, subject.values[v], ACCURACY, (VOTE_ODDS if subject.values[v] == best else -VOTE_ODDS) * w)
                for i, v, w in zip(who, unit.values, unit.weights, strict=True)
            ]
        learnt: Learnt = self.book.learnt(subject.key, subject.values)
        b, r = subject.values.index(best), subject.values.index(rival)
        voices: list[Voice] = []
        for i, judge, v, w in zip(who, unit.judges, unit.values, unit.weights, strict=True):
            ratio = np.mean([math.log(fit.tables[judge, b, v] / fit.tables[judge, r, v]) for fit in learnt.fits])
            skill = np.mean([np.diag(fit.tables[judge]) @ fit.crowd.prior for fit in learnt.fits])
            voices.append(Voice(i, subject.values[v], float(skill), float(ratio) * w))
        return voices
