"""Quality: figures, the inspector, gold, cases, and how good people's work is."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from fairmark.client.aio.transport import Transport
from fairmark.client.model import (
    AgreementReport,
    Annotation,
    Case,
    CaseDecision,
    CaseDetail,
    CaseState,
    ConfidenceReport,
    ConfusionExample,
    ConfusionReport,
    Disagreement,
    Feedback,
    Gold,
    GoldDetail,
    GoldMade,
    GoldOrigin,
    GoldState,
    Inspection,
    Overview,
    Plan,
    QualityOverTime,
    SliceKind,
    WorkerLine,
    WorkerQuality,
)
from fairmark.client.requests import Id


class Quality(Transport):
    """A project's quality, then gold, cases and workers."""

    async def get_quality(self, project_id: Id) -> Overview:
        """How good the project's answers are, at a glance."""
        return await self.request("GET", f"/projects/{project_id}/quality", Overview)

    async def refresh_quality(self, project_id: Id) -> Overview:
        """Asks for figures, and what is known of judges, to be made anew; `made_at` tells when they are."""
        return await self.request("POST", f"/projects/{project_id}/quality/refresh", Overview, safe=True)

    async def get_agreement(self, project_id: Id, *, slice: SliceKind | None = None) -> AgreementReport:
        """Do people agree, beyond chance: by question or kind of mark, whole and in slices, with intervals."""
        params = {"slice": slice}
        return await self.request("GET", f"/projects/{project_id}/quality/agreement", AgreementReport, params=params)

    async def get_confusion(self, project_id: Id) -> ConfusionReport:
        """What people say for what: a table per question or kind of mark."""
        return await self.request("GET", f"/projects/{project_id}/quality/confusion", ConfusionReport)

    async def confusion_examples(self, project_id: Id, subject: str, truth: str, said: str) -> list[ConfusionExample]:
        """Judgements behind one cell of a confusion table, 20 at most."""
        params = {"subject": subject, "truth": truth, "said": said}
        path = f"/projects/{project_id}/quality/confusion/examples"
        return await self.request("GET", path, list[ConfusionExample], params=params)

    def list_disagreements(
        self, project_id: Id, *, batch_id: Id | None = None, limit: int | None = None
    ) -> AsyncIterator[Disagreement]:
        """Tasks on which people differ, those that differ most first, with everybody's answer."""
        path = f"/projects/{project_id}/quality/disagreements"
        return self._pages(path, Disagreement, limit, {"batch_id": batch_id})

    async def get_confidence(self, project_id: Id) -> ConfidenceReport:
        """How sure the results are, and whether such confidence has proved right."""
        return await self.request("GET", f"/projects/{project_id}/quality/confidence", ConfidenceReport)

    async def quality_over_time(self, project_id: Id) -> QualityOverTime:
        """Confidence, agreement and labels per result, by day."""
        return await self.request("GET", f"/projects/{project_id}/quality/over-time", QualityOverTime)

    async def get_plan(
        self, project_id: Id, *, tasks: int | None = None, price_micros: int | None = None, currency: str = "USD"
    ) -> Plan:
        """What accuracy costs in labels and money, from the project's own labels if there are enough of them.

        price_micros: of one label, in millionths of a unit of `currency`.
        """
        params = {"tasks": tasks, "price_micros": price_micros, "currency": currency}
        return await self.request("GET", f"/projects/{project_id}/quality/plan", Plan, params=params)

    async def make_plan(
        self,
        *,
        skill: float = 0.8,
        labels_max: int = 7,
        tasks: int = 1000,
        price_micros: int | None = None,
        currency: str = "USD",
    ) -> Plan:
        """What accuracy costs before there is a project. skill: how often one person is assumed to be right."""
        body: dict[str, Any] = {
            "skill": skill, "labels_max": labels_max, "tasks": tasks, "price_micros": price_micros,
            "currency": currency,
        }  # fmt: skip
        return await self.request("POST", "/quality/plan", Plan, body=body, safe=True)

    async def inspect_task(self, task_id: Id) -> Inspection:
        """Why the task has the answer it has, how sure that is, and what would change it."""
        return await self.request("GET", f"/tasks/{task_id}/inspection", Inspection)

    def list_gold(
        self, project_id: Id, *, state: GoldState | None = None, limit: int | None = None
    ) -> AsyncIterator[Gold]:
        """A project's items whose answer is known, newest first."""
        return self._pages(f"/projects/{project_id}/gold", Gold, limit, {"state": state})

    async def make_gold(
        self,
        project_id: Id,
        annotation: Annotation,
        *,
        item_id: Id | None = None,
        external_id: str | None = None,
        explanation: str = "",
        keep_task: bool = False,
    ) -> Gold:
        """Makes an item, named by one of its ids, gold. keep_task: leave its own task in the work."""
        body = {
            "annotation": annotation, "item_id": item_id, "external_id": external_id, "explanation": explanation,
            "keep_task": keep_task,
        }  # fmt: skip
        return await self.request("POST", f"/projects/{project_id}/gold", Gold, body=body, safe=True)

    async def import_gold(
        self,
        project_id: Id,
        rows: Sequence[tuple[str | UUID, Annotation] | tuple[str | UUID, Annotation, str]],
        *,
        keep_task: bool = False,
    ) -> GoldMade:
        """Makes many items gold. rows: external id (a UUID is the item's own id), known answer and, if wanted, why it
        is right; 1,000 at most. The same again changes nothing.
        """
        body = {
            "rows": [
                {
                    "item_id" if isinstance(name, UUID) else "external_id": name,
                    "annotation": annotation,
                    "explanation": why[0] if why else "",
                }
                for name, annotation, *why in rows
            ],
            "keep_task": keep_task,
        }
        return await self.request("POST", f"/projects/{project_id}/gold/import", GoldMade, body=body, safe=True)

    async def gold_of_results(
        self,
        project_id: Id,
        *,
        origin: GoldOrigin = GoldOrigin.REVIEW,
        confidence_min: float = 0.95,
        labels_min: int = 3,
        count_max: int = 100,
    ) -> GoldMade:
        """Makes gold of results: decided in review, or agreed on by `labels_min` people and `confidence_min` sure."""
        body = {
            "origin": origin, "confidence_min": confidence_min, "labels_min": labels_min, "count_max": count_max,
        }  # fmt: skip
        return await self.request("POST", f"/projects/{project_id}/gold/of-results", GoldMade, body=body, safe=True)

    async def get_gold(self, gold_id: Id) -> GoldDetail:
        """A gold item with what people said about it."""
        return await self.request("GET", f"/gold/{gold_id}", GoldDetail)

    async def change_gold(
        self,
        gold_id: Id,
        *,
        annotation: Annotation | None = None,
        explanation: str | None = None,
        state: GoldState | None = None,
        note: str = "",
    ) -> Gold:
        """Mends, suspends, frees or retires a gold item; people's scores are counted anew."""
        body = {"annotation": annotation, "explanation": explanation, "state": state, "note": note}
        return await self.request("PATCH", f"/gold/{gold_id}", Gold, body=body)

    def project_workers(self, project_id: Id, *, limit: int | None = None) -> AsyncIterator[WorkerLine]:
        """Everybody who handed something in for a project, with how good their work is and how sure that is."""
        return self._pages(f"/projects/{project_id}/quality/workers", WorkerLine, limit)

    async def worker_quality(self, worker_id: Id) -> WorkerQuality:
        """A worker's quality by skill, project, class and week, as a lead sees it."""
        return await self.request("GET", f"/workers/{worker_id}/quality", WorkerQuality)

    async def my_quality(self) -> WorkerQuality:
        """The caller's own quality, as a worker."""
        return await self.request("GET", "/work/quality", WorkerQuality)

    def my_feedback(self, *, project_id: Id | None = None, limit: int | None = None) -> AsyncIterator[Feedback]:
        """The caller's own work beside what is right, newest first, with the reasons."""
        return self._pages("/work/feedback", Feedback, limit, {"project_id": project_id})

    def list_cases(
        self, *, project_id: Id | None = None, state: CaseState | None = None, limit: int | None = None
    ) -> AsyncIterator[Case]:
        """What was noticed about work and waits for a person, or was decided; newest first."""
        return self._pages("/cases", Case, limit, {"project_id": project_id, "state": state})

    async def get_case(self, case_id: Id) -> CaseDetail:
        """A case with its evidence and examples."""
        return await self.request("GET", f"/cases/{case_id}", CaseDetail)

    async def decide_case(self, case_id: Id, decision: CaseDecision, reason: str) -> CaseDetail:
        """Closes a case with what a person found, and why."""
        body = {"decision": decision, "reason": reason}
        return await self.request("POST", f"/cases/{case_id}/decision", CaseDetail, body=body)
