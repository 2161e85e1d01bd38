from uuid import uuid4

import httpx
import msgspec
import pytest

from fairmark.client import AsyncClient
from fairmark.client.model import Progress, TaskState
from fairmark.client.requests import no_cookies
from fairmark.client.simulate import crowd
from fairmark.client.simulate.crowd import Crowd, Plan
from fairmark.client.simulate.ledger import Ledger
from fairmark.client.simulate.truth import Truth


def progress(*, behind: bool) -> Progress:
    """Of a project with one task that is not done."""
    return Progress(
        tasks={TaskState.OPEN: 1}, total=1, in_review=0, agreement_mean=None, confidence_mean=None,
        agreement_histogram=[0] * 10, median_ms=None, active_ms=0, submissions=0, results=0, open_questions=0, hours=[],
        contributions=[], behind=behind,
    )  # fmt: skip


class TestRun:
    async def test_nobody_leaves_while_something_waits_to_be_judged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crowd, "WATCH_S", 0.01)
        looks = 0

        def answer(request: httpx.Request) -> httpx.Response:
            nonlocal looks
            looks += 1
            return httpx.Response(200, content=msgspec.json.encode(progress(behind=looks < 6)))

        # Nobody finds work, and nobody's patience lasts longer than an instant: only the project keeps them.
        plan = Plan(workers=0, reviewers=0, idle_s=0.0)
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer), cookies=no_cookies()) as http:
            boss = AsyncClient("http://fairmark.test", "key", http=http)
            with Ledger(None) as ledger:
                await Crowd(plan, Truth({}), uuid4(), ledger).run(boss, None)
        assert looks in {6, 7}
