import numpy as np
import pytest

from fairmark.methods.truth.free import OTHERS, RIGHT, Said, infer_free, weighed


class TestWeighed:
    def test_one_answer_is_as_likely_as_its_author_and_the_rule_for_lone_judges_allow(self) -> None:
        # Odds s * 5 / (1 - s) = 0.75 * 5 / 0.25 = 15 to the power of 0.75 = 7.62, against 5 - 1 = 4 answers not given.
        [(value, chance)] = weighed([Said(0, "a")], np.array([RIGHT]))
        assert value == "a"
        assert chance == pytest.approx(15**0.75 / (15**0.75 + OTHERS - 1))

    def test_nothing_said_is_no_answer(self) -> None:
        assert weighed([], np.array([RIGHT])) == []

    def test_one_more_who_agrees_never_lowers_the_confidence(self) -> None:
        skill = np.full(6, RIGHT)
        sure = [weighed([Said(w, "a") for w in range(n)], skill)[0][1] for n in range(1, 7)]
        assert sure == sorted(sure)

    def test_a_good_worker_outweighs_a_bad_one(self) -> None:
        answers = weighed([Said(0, "a"), Said(1, "b")], np.array([0.5, 0.95]))
        assert answers[0][0] == "b"


class TestInferFree:
    def test_a_worker_who_agrees_with_nobody_is_found_out(self) -> None:
        tasks = [[Said(0, f"right {t}"), Said(1, f"right {t}"), Said(2, f"wrong {t}")] for t in range(30)]
        found = infer_free(tasks, 3)
        assert found.skill[2] < 0.2 < 0.9 < min(found.skill[:2])
        assert all(answers[0][0] == f"right {t}" for t, answers in enumerate(found.answers))

    def test_gold_teaches_even_from_single_answers(self) -> None:
        tasks = [[Said(0, t)] for t in range(20)] + [[Said(1, t)] for t in range(20)]
        gold = [*range(20), *(-1 for _ in range(20))]
        found = infer_free(tasks, 2, gold=gold)
        assert found.skill[0] > 0.9
        assert found.skill[1] < 0.2

    def test_nobody_and_nothing_answer_sensibly(self) -> None:
        assert infer_free([], 0).answers == []
        assert infer_free([[]], 1).answers == [[]]
        lone = infer_free([[Said(0, "a")]], 1)
        assert lone.skill[0] == pytest.approx(RIGHT)  # a lone answer tells nothing of its author
