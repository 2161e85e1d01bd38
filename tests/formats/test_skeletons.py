from fairmark.formats.skeletons import numbers_of, posed, sound_pose, told_skeleton

from .figures import FIGURE, WAND


class TestToldSkeleton:
    def test_pairs_by_name_and_leaves_out_what_fits_nothing(self) -> None:
        made = told_skeleton(["Left ear", "Right ear", "tail"], [(0, 2), (2, 0), (1, 7), (1, 1)])
        assert made is not None
        assert made.edges == (("left_ear", "tail"),)
        assert made.mirrored == (("left_ear", "right_ear"),)

    def test_needs_a_point(self) -> None:
        assert told_skeleton([]) is None
        assert told_skeleton(["p"] * 201) is None

    def test_equal_names_get_ids_of_their_own(self) -> None:
        made = told_skeleton(["a", "a"], [(0, 1)])
        assert made is not None
        assert made.edges == (("a", "a_2"),)


class TestNumbersOf:
    def test_by_id_name_or_order(self) -> None:
        assert numbers_of(FIGURE, ["Right foot", "nose"]) == [2, 0]
        assert numbers_of(FIGURE, ["x", "y", "z"]) == [0, 1, 2]
        assert numbers_of(FIGURE, ["x", "nose"]) is None


class TestPosed:
    def test_takes_whole_poses_with_both_sides(self) -> None:
        assert posed(WAND, [[0, 0, 2], [0, 5, 2]]) is None
        assert posed(WAND, [[0, 0, 2], [0, 0, 0]]) is None
        made = posed(WAND, [[10, 30, 2], [20, 10, 1]])
        assert made is not None
        assert [(point.x, point.y) for point in made.points] == [(0, 1), (1, 0)]


class TestSoundPose:
    def test_puts_absent_points_nowhere(self) -> None:
        assert sound_pose([(7, 8, 0), (1, 2, 2)]) == [[0, 0, 0], [1, 2, 2]]
        assert sound_pose([(7, 8, 0)]) is None
