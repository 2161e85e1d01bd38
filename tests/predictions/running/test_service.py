"""The process that runs models, from outside."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from fairmark.predictions.model import ModelBroken, ModelBusy, ModelsMissing, Point, Prompt
from fairmark.predictions.running import service
from fairmark.predictions.running.model import Ask
from fairmark.predictions.running.service import WAITING_MAX, Runner
from tests.predictions.made import make_model


@pytest.fixture
async def runner() -> AsyncIterator[Runner]:
    made = Runner(1, 10**6, 120)
    yield made
    made.close()


@pytest.fixture
def asked(tmp_path: Path) -> Ask:
    Image.new("RGB", (64, 64), (200, 30, 30)).save(tmp_path / "image.png")
    folder = make_model(tmp_path / "one")
    return Ask(str(folder), str(tmp_path / "image.png"), "a", Prompt((Point(10, 10),)))


class TestRunner:
    async def test_answers_and_goes_on_after_its_process_was_killed(self, runner: Runner, asked: Ask) -> None:
        (mask,) = await runner.ask(asked)
        assert (mask.width, mask.height) == (64, 64)
        process = runner._process  # pyright: ignore[reportPrivateUsage]
        assert process is not None
        process.kill()
        process.wait()
        with pytest.raises(ModelBroken, match="ended"):
            await runner.ask(asked)
        assert len(await runner.ask(asked)) == 1

    async def test_ends_a_process_that_does_not_answer(self, asked: Ask) -> None:
        slow = Runner(1, 10**6, 0.001)
        with pytest.raises(ModelBroken, match=r"within 0\.001 s"):
            await slow.ask(asked)
        slow.close()

    async def test_sends_away_what_is_too_much(self, runner: Runner, asked: Ask) -> None:
        answers = await asyncio.gather(*(runner.ask(asked) for _ in range(WAITING_MAX + 2)), return_exceptions=True)
        assert [isinstance(answer, ModelBusy) for answer in answers].count(True) == 2

    async def test_says_where_the_runtime_is_missing(
        self, runner: Runner, asked: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "find_spec", lambda _: None)  # pyright: ignore[reportUnknownLambdaType]
        with pytest.raises(ModelsMissing) as refused:
            await runner.ask(asked)
        assert "fairmark[models]" in refused.value.mend
