from fairmark.modalities.image.marks.tag import TAG
from fairmark.modalities.model import MediaSize
from fairmark.ontology.model import Mark


class TestTag:
    def test_pairs_with_tags_of_its_class_only(self) -> None:
        ours = [Mark("a", "tag", "night"), Mark("b", "tag", "rain")]
        theirs = [Mark("c", "tag", "fog"), Mark("d", "tag", "night")]
        found = TAG.candidates(ours, theirs, 0.5)
        assert (found.left.tolist(), found.right.tolist(), found.similarity.tolist()) == ([0], [1], [1.0])

    def test_has_no_geometry_to_merge_or_to_get_wrong(self) -> None:
        assert TAG.merged([Mark("a", "tag", "night")], [1.0]) == {}
        assert TAG.problem(TAG.read({}), MediaSize(1, 1), 1.0) is None
