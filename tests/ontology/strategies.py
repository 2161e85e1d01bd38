"""Random ontologies without faults, and annotations that fit them."""

from hypothesis import strategies as st
from msgspec.structs import replace

from fairmark.ontology.conditions import visible
from fairmark.ontology.fields import CompiledFields
from fairmark.ontology.model import (
    Annotation,
    Field,
    FieldKind,
    FieldValue,
    ItemClass,
    Link,
    LinkType,
    Mark,
    Ontology,
    Option,
    When,
)

IDS = ["a", "b", "c", "d"]


@st.composite
def fields(draw: st.DrawFn) -> tuple[Field, ...]:
    made: list[Field] = []
    for id in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=4)):
        kind = draw(st.sampled_from(list(FieldKind)))
        options = [Option(o, o.upper()) for o in draw(st.lists(st.sampled_from("xyz"), unique=True, min_size=1))]
        low = draw(st.sampled_from([None, 0, 1]))
        # Conditions test earlier fields only, so there is no circle; the order is shuffled below.
        when = draw(st.none() | conditions(made)) if made else None
        made.append(
            Field(
                id,
                id.upper(),
                kind,
                options=tuple(options) if kind in (FieldKind.SINGLE, FieldKind.MULTIPLE) else (),
                required=draw(st.booleans()),
                when=when,
                min=1 if kind is FieldKind.SCALE else low if kind in (FieldKind.NUMBER, FieldKind.TEXT) else None,
                max=draw(st.sampled_from([3, 5])) if kind in (FieldKind.SCALE, FieldKind.TEXT) else None,
                step=draw(st.sampled_from([None, 1, 2])) if kind is FieldKind.NUMBER else None,
            )
        )
    return tuple(draw(st.permutations(made)))


@st.composite
def conditions(draw: st.DrawFn, known: list[Field]) -> When:
    field = draw(st.sampled_from(known))
    test = When(field=field.id, is_=draw(values(field)))
    other = draw(st.sampled_from(known))
    group = (test, When(field=other.id, is_=draw(values(other))))
    return draw(st.sampled_from([test, When(not_=test), When(any=group), When(all=group)]))


def values(field: Field) -> st.SearchStrategy[FieldValue]:
    options = [option.id for option in field.options]
    low = int(field.min or 0)
    table: dict[FieldKind, st.SearchStrategy[FieldValue]] = {
        FieldKind.SINGLE: st.sampled_from(options or ["x"]),
        FieldKind.MULTIPLE: st.lists(st.sampled_from(options or ["x"]), unique=True, min_size=1),
        FieldKind.BOOLEAN: st.booleans(),
        FieldKind.TEXT: st.text("pq", min_size=max(low, 1), max_size=3),
        FieldKind.NUMBER: st.integers(0, 3).map(lambda n: float(low + n * (field.step or 1))),
        FieldKind.SCALE: st.integers(low, int(field.max or 3)).map(float),
        FieldKind.DATE: st.dates().map(lambda day: day.isoformat()),
    }
    return table[field.kind]


@st.composite
def ontologies(draw: st.DrawFn) -> Ontology:
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))
    classes = [
        ItemClass(
            id,
            id.upper(),
            "#1f77b4",
            draw(st.sampled_from([("box",), ("tag",), ("box", "tag")])),
            attributes=draw(fields()),
            parent=draw(st.sampled_from([None, *ids[:index]])),
            max_count=draw(st.sampled_from([None, 1, 2])),
        )
        for index, id in enumerate(ids)
    ]
    ends = st.lists(st.sampled_from(ids), unique=True, max_size=2).map(tuple) if ids else st.just(())
    links = [
        LinkType(id, id.upper(), draw(ends), draw(ends), draw(st.booleans()))
        for id in draw(st.lists(st.sampled_from("mn"), unique=True))
    ]
    return Ontology(classes=tuple(classes), questions=draw(fields()), links=tuple(links))


@st.composite
def revisions(draw: st.DrawFn, ontology: Ontology) -> Ontology:
    """`ontology` with a change or two, sensible or not."""
    new = ontology
    for _ in range(draw(st.integers(1, 2))):
        part = draw(st.sampled_from(["questions", "attributes", "classes", "links"]))
        if part == "questions":
            new = replace(new, questions=draw(_revised_fields(new.questions)))
        elif part == "links" and new.links:
            link = draw(st.sampled_from(new.links))
            ends = draw(st.sampled_from([(), tuple(item_class.id for item_class in new.classes[:1])]))
            revised = draw(st.sampled_from([replace(link, directed=False), replace(link, from_=ends)]))
            new = replace(new, links=tuple(revised if old is link else old for old in new.links))
        elif new.classes:
            item_class = draw(st.sampled_from(new.classes))
            revised = draw(
                st.sampled_from(
                    [
                        replace(item_class, max_count=draw(st.sampled_from([None, 1, 3]))),
                        replace(item_class, marks=draw(st.sampled_from([("box",), ("box", "tag")]))),
                        replace(item_class, parent=None),
                        replace(item_class, attributes=draw(_revised_fields(item_class.attributes))),
                    ]
                )
            )
            new = replace(new, classes=tuple(revised if old is item_class else old for old in new.classes))
    return new


@st.composite
def _revised_fields(draw: st.DrawFn, old: tuple[Field, ...]) -> tuple[Field, ...]:
    if not old:
        return draw(fields())
    field = draw(st.sampled_from(old))
    revised = draw(
        st.sampled_from(
            [
                replace(field, required=not field.required),
                replace(field, options=field.options[1:]),
                replace(field, options=(*field.options, Option("new", "New"))) if field.options else field,
                replace(field, min=draw(st.sampled_from([None, 0, 1]))),
                replace(field, max=draw(st.sampled_from([None, 2, 9]))),
                replace(field, step=draw(st.sampled_from([None, 2]))),
                replace(field, when=None),
                replace(field, kind=draw(st.sampled_from(list(FieldKind)))),
                replace(field, id="e"),
            ]
        )
    )
    return tuple(draw(st.permutations([revised if other is field else other for other in old])))


@st.composite
def answers(draw: st.DrawFn, asked: tuple[Field, ...]) -> dict[str, FieldValue]:
    """Values of the visible fields, decided in order as an annotator would."""
    compiled = CompiledFields(asked)
    given: dict[str, FieldValue] = {}
    for id, _ in compiled.ordered:
        field = compiled.by_id[id].field
        if id in visible(compiled.ordered, given) and (field.required or draw(st.booleans())):
            given[id] = draw(values(field))
    return given


@st.composite
def annotations(draw: st.DrawFn, ontology: Ontology) -> Annotation:
    """An annotation of `ontology` without a fault."""
    marks: list[Mark] = []
    for item_class in ontology.classes:
        for number in range(draw(st.integers(0, item_class.max_count if item_class.max_count is not None else 2))):
            kind = draw(st.sampled_from(item_class.marks))
            attributes = draw(answers(item_class.attributes))
            marks.append(Mark(f"{item_class.id}{number}", kind, item_class.id, attributes=attributes))
    links = [
        Link(f"l{number}", link.id, ends[0].id, ends[1].id)
        for number, link in enumerate(ontology.links)
        if len(marks) > 1 and not link.from_ and not link.to
        for ends in [draw(st.permutations(marks))]
    ]
    return Annotation(marks=tuple(marks), answers=draw(answers(ontology.questions)), links=tuple(links))
