from fairmark.client.simulate.people import Account
from fairmark.client.simulate.summary import Timing, summarise, timing
from fairmark.client.simulate.worker import Record
from fairmark.kernel.actor import WorkRole


class TestTiming:
    def test_percentiles_are_values_that_were_measured(self) -> None:
        # Of 1 to 100 ms, by the nearest rank: the 50th, the 95th and the 99th.
        assert timing([n / 1000 for n in range(100, 0, -1)]) == Timing(100, 50, 95, 99)
        assert timing([0.004]) == Timing(1, 4, 4, 4)
        assert timing([]) is None


class TestSummarise:
    def test_adds_up_what_everybody_did(self) -> None:
        def account(name: str, role: WorkRole) -> Account:
            return Account(name=name, email=f"{name}@x", password="p", role=role, level="good")

        one = Record(submissions=3, skips=1, claim_s=[0.1], submit_s=[0.2])
        two = Record(reviews={"accept": 2, "fix": 1}, lost=1, troubles=4)
        summary = summarise(
            [(account("a", WorkRole.WORKER), one), (account("b", WorkRole.REVIEWER), two)], 2.0, None, None
        )
        assert (summary.submissions, summary.reviews, summary.rate_per_s) == (3, {"accept": 2, "fix": 1}, 3.0)
        assert (summary.skips, summary.lost, summary.troubles) == (1, 1, 4)
        assert [line.name for line in summary.lines] == ["a", "b"]
        assert summary.submitted is None

    def test_no_time_is_no_rate(self) -> None:
        assert summarise([], 0.0, None, None).rate_per_s == 0
