from fairmark.ontology.compiled import LINEAGE_MAX, compile_ontology, lineage
from fairmark.ontology.model import ItemClass, LinkType, Ontology


def item_class(id: str, parent: str | None = None, max_count: int | None = None) -> ItemClass:
    return ItemClass(id, id.upper(), "#1f77b4", ("box",), parent=parent, max_count=max_count)


class TestLineage:
    def test_lists_the_class_and_those_above_it(self) -> None:
        classes = {c.id: c for c in (item_class("a"), item_class("b", "a"), item_class("c", "b"))}
        assert lineage(classes["c"], classes) == ["c", "b", "a"]

    def test_ends_at_an_unknown_parent_and_where_a_circle_closes(self) -> None:
        classes = {c.id: c for c in (item_class("a", "b"), item_class("b", "a"), item_class("c", "gone"))}
        assert lineage(classes["a"], classes) == ["a", "b"]
        assert lineage(classes["c"], classes) == ["c"]

    def test_ends_at_the_limit(self) -> None:
        classes = {f"c{n}": item_class(f"c{n}", f"c{n + 1}") for n in range(100)}
        assert len(lineage(classes["c0"], classes)) == LINEAGE_MAX


class TestCompileOntology:
    def test_of_two_classes_with_one_id_the_first_counts(self) -> None:
        twice = Ontology(classes=(item_class("a", max_count=1), item_class("a")))
        compiled = compile_ontology(twice)
        assert compiled.classes["a"].item_class.max_count == 1
        assert [c.max_count for c in compiled.counted] == [1]

    def test_keeps_the_order_of_the_ontology(self) -> None:
        compiled = compile_ontology(Ontology(classes=(item_class("b"), item_class("a")), links=(LinkType("l", "L"),)))
        assert list(compiled.classes) == ["b", "a"]
        assert list(compiled.links) == ["l"]
        assert compiled.counted == ()


class TestAllows:
    def test_an_empty_end_takes_any_class(self) -> None:
        ontology = Ontology(classes=(item_class("a"), item_class("b")), links=(LinkType("l", "L", from_=("a",)),))
        compiled = compile_ontology(ontology)
        a, b, link = compiled.classes["a"], compiled.classes["b"], compiled.links["l"]
        assert link.allows(a, b)
        assert link.allows(a, a)
        assert not link.allows(b, a)
