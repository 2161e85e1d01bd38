import pytest

from fairmark.modalities.consensus import ids_of, link_key, sorted_out, weighed
from fairmark.ontology.model import ItemClass, LinkType, Mark, Ontology
from fairmark.ontology.rules import compile_ontology

COMPILED = compile_ontology(
    Ontology(
        classes=(ItemClass("car", "Car", "#1f77b4", ("box",), max_count=1),),
        links=(LinkType("beside", "Beside", directed=False),),
    )
)


def mark(id: str, class_: str = "car") -> Mark:
    return Mark(id, "box", class_)


class TestWeighed:
    def test_absence_is_a_vote(self) -> None:
        cluster = weighed([(0, mark("a")), (2, mark("c"))], [1, 1, 1])
        # Two for car, one for nothing: 16 / (16 + 4).
        assert (cluster.class_, cluster.tied) == ("car", False)
        assert cluster.share == pytest.approx(2 / 3)
        assert cluster.confidence == pytest.approx(0.8)
        assert cluster.absent == pytest.approx(0.2)

    def test_marks_without_any_weight_still_have_a_class(self) -> None:
        cluster = weighed([(0, mark("a"))], [0, 2])
        assert (cluster.class_, cluster.share) == ("car", 0)


class TestSortedOut:
    def test_half_of_the_weight_is_enough(self) -> None:
        half, less = weighed([(0, mark("a"))], [1, 1]), weighed([(0, mark("a"))], [0.9, 1.1])
        assert sorted_out([half, less], None) == ([half], [less])

    def test_the_least_sure_give_way_to_the_greatest_count(self) -> None:
        sure, doubtful = weighed([(0, mark("a")), (1, mark("b"))], [1, 1]), weighed([(0, mark("c"))], [1, 1])
        assert sorted_out([doubtful, sure], COMPILED) == ([sure], [doubtful])


class TestIdsOf:
    def test_stay_distinct_and_short(self) -> None:
        long = "x" * 64
        clusters = [weighed([(0, mark(name))], [1]) for name in ("a", "a", "a", "a~2", long, long)]
        ids = ids_of(clusters)
        assert ids == ["a", "a~2", "a~3", "a~2~2", long, "x" * 56 + "~2"]
        assert max(map(len, ids)) <= 64


class TestLinkKey:
    def test_only_undirected_links_run_both_ways(self) -> None:
        assert link_key("beside", "b", "a", COMPILED) == link_key("beside", "a", "b", COMPILED)
        assert link_key("drives", "b", "a", COMPILED) != link_key("drives", "a", "b", COMPILED)

    def test_an_end_that_is_missing_or_both_makes_no_link(self) -> None:
        assert link_key("beside", None, "a", COMPILED) is None
        assert link_key("beside", "a", "a", COMPILED) is None
