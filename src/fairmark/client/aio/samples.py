"""Samples for review: random draws from what is done, put back before reviewers."""

from collections.abc import AsyncIterator
from uuid import uuid4

from fairmark.client.aio.transport import Transport
from fairmark.client.model import ReviewSample, SampleOf
from fairmark.client.requests import Id


class Samples(Transport):
    """As the lead of a project."""

    async def draw_review_sample(
        self,
        project_id: Id,
        size: int,
        *,
        of: SampleOf | None = None,
        seed: int | None = None,
        key: str | None = None,
    ) -> ReviewSample:
        """Puts `size` done tasks that nobody has reviewed, or as many as fit `of`, before reviewers.

        seed: given to draw the same again from the same tasks. key: the same key again is the same sample.
        """
        body = {"key": key or str(uuid4()), "size": size, "of": of or SampleOf(), "seed": seed}
        return await self.request("POST", f"/projects/{project_id}/review-samples", ReviewSample, body=body, safe=True)

    def list_review_samples(self, project_id: Id, *, limit: int | None = None) -> AsyncIterator[ReviewSample]:
        """A project's samples, newest first, with what was decided on their tasks."""
        return self._pages(f"/projects/{project_id}/review-samples", ReviewSample, limit)
