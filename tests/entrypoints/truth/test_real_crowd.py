"""A crowd of real people with known truth, by way of the files that anyone would use."""

from pathlib import Path

import pytest

from fairmark.entrypoints.truth import files

TWEETS = Path(__file__).parent / "tweet_sentiment"


def scored(tmp_path: Path, method: str | None, gold: Path | None = None) -> dict[str, float]:
    out = tmp_path / "answers.csv"
    files.write(out, files.infer(TWEETS / "labels.csv", "categorical", method, gold))
    return files.score(out, TWEETS / "truth.csv", "categorical")


class TestTweets:
    def test_majority_is_what_others_find(self, tmp_path: Path) -> None:
        # 69.6 %: crowd-kit 1.4.2 and the share of right majorities; with five votes on two answers there are no ties.
        assert scored(tmp_path, "majority")["accuracy"] == pytest.approx(0.696)

    def test_the_default_is_better_and_says_how_sure_it_is(self, tmp_path: Path) -> None:
        ours, dawid_skene = scored(tmp_path, None), scored(tmp_path, "dawid-skene")
        # crowd-kit's Dawid-Skene: 70.9 %, off by 0.255 in its confidence.
        assert ours["accuracy"] >= 0.72
        assert dawid_skene["accuracy"] == pytest.approx(0.71, abs=0.01)
        assert ours["calibration_error"] < 0.13 < 0.22 < dawid_skene["calibration_error"]
        assert ours["negative_log_likelihood"] < 0.65 < 1 < dawid_skene["negative_log_likelihood"]

    def test_gold_makes_it_more_honest(self, tmp_path: Path) -> None:
        lines = (TWEETS / "truth.csv").read_text(encoding="utf-8").splitlines()
        known, rest = tmp_path / "known.csv", tmp_path / "rest.csv"
        known.write_text("\n".join(lines[:201]), encoding="utf-8")
        rest.write_text("\n".join([lines[0], *lines[201:]]), encoding="utf-8")
        out = tmp_path / "answers.csv"
        files.write(out, files.infer(TWEETS / "labels.csv", "categorical", None, known))
        with_gold = files.score(out, rest, "categorical")
        files.write(out, files.infer(TWEETS / "labels.csv", "categorical", None, None))
        without = files.score(out, rest, "categorical")
        assert with_gold["tasks"] == without["tasks"] == 800
        assert with_gold["calibration_error"] < without["calibration_error"]
        assert with_gold["accuracy"] >= without["accuracy"] - 0.01
