"""What the OpenAPI document says is so: every answer has a declared status, media type and shape, and none is a 5xx.

Requests are made by schemathesis from the document itself, with the ids of real things in their paths, so that many of
them get through. The same ones every time.
"""

import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fairmark.client import AsyncClient
from fairmark.client.model import Annotation, Decision, MemberRole, Scope
from fairmark.client.requests import no_cookies
from fairmark.entrypoints import openapi
from fairmark.identity import service as identity
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import new_id
from tests.attack.examples import TILE, body_of
from tests.conftest import Server
from tests.stories.conftest import Customer, crew, draw_shapes, key_of, pipeline, project_of, take

EXAMPLES = 12
"""Random requests per operation, beside the smallest one that fits."""
ORDER = ("get", "patch", "put", "post", "delete")
"""What takes things away comes last."""
WORKERS_OWN = {"assignments", "work", "me"}
"""What stands after /api/v1/ where no key may go."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass(frozen=True)
class Place:
    """An organisation with one of everything, and how to speak in it. ids: by the name of the path's parameter."""

    url: str
    key: str
    session: str
    ids: dict[str, str]

    def header(self, path: str) -> dict[str, str]:
        own = path.removeprefix("/api/v1/").partition("/")[0] in WORKERS_OWN
        return {"authorization": f"Bearer {self.session if own else self.key}"}


@pytest.fixture(scope="module")
async def place(server: Server, db: Database, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder: Path = tmp_path_factory.mktemp("schema")
    async with db.begin(actor=SYSTEM) as tx:
        org_id = (await identity.create_organisation(tx, f"Schema {uuid4().hex[:8]}")).id
    key = await key_of(db, org_id)
    async with AsyncClient(server.url, key) as client, httpx.AsyncClient(cookies=no_cookies()) as pool:
        customer = Customer(server.url, org_id, key, client, pool)
        shapes = draw_shapes(folder / "pictures", 5)
        project = await project_of(client, shapes, pipeline(review=True))
        people = await crew(customer, project, "perfect", "perfect", reviewers=1)
        first = await take(people[0], project)
        await people[0].client.submit(first.id, Annotation(answers={"light": "day"}), key="k")
        review = await take(people[2], project)
        await people[2].client.review(review.id, Decision.ACCEPT)
        turn = await take(people[0], project)
        question = await people[0].client.ask(turn.id, "What is this?")
        thread = await people[0].client.open_thread(turn.id, "Is this one?", at=(4, 4))
        token = (await people[0].client.sign_in(people[0].account.email, people[0].account.password)).token
        await people[0].client.sign_in(people[0].account.email, people[0].account.password)
        sessions = [session async for session in people[0].client.list_sessions()]
        me = await people[0].client.me()
        workforce = (await client.get_project(project.id)).workforce_ids[0]
        worker = await anext(client.list_workers(workforce))
        webhook = await client.create_webhook("http://127.0.0.1:65001/nobody", types=["export.*"])
        delivery = await client.test_webhook(webhook.id)
        export = await client.create_export(project.id, "coco")
        item = await client.get_item(turn.item_id)
        ids: dict[str, Any] = {
            "project_id": project.id, "assignment_id": turn.id, "task_id": first.task_id, "item_id": item.id,
            "asset_id": item.assets[0].id, "batch_id": (await anext(client.list_batches(project.id))).id,
            "workforce_id": workforce, "worker_id": worker.worker.id, "webhook_id": webhook.id,
            "delivery_id": delivery.id, "export_id": export.id, "question_id": question.id,
            "thread_id": thread.id, "org_id": org_id,
            "organisation_id": org_id,
            "import_id": (await client.import_urls(project.id, ["http://127.0.0.1:65001/a.png"])).id,
            "upload_id": (await client.upload_file(shapes.folder / "shape-000.png")).id,
            "session_id": sessions[-1].id, "person_id": me.person.id if me.person else "",
            "key_id": (await client.create_key("another", [Scope.READ])).key.id,
            "invitation_id": (await client.invite(member_role=MemberRole.MEMBER)).invitation.id,
            "variant": "original", "case_id": new_id(), **TILE,
            "gold_id": (await client.make_gold(project.id, Annotation(answers={"light": "day"}), item_id=item.id)).id,
        }  # fmt: skip
    return Place(server.url, key, token, {name: str(value) for name, value in ids.items()})


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    return httpx.get(server.url + "/api/openapi.json").json()


def filled(template: str, ids: dict[str, str]) -> dict[str, str]:
    """The parameters of a path with real ids in them. `{id}` is of the noun before it."""
    found: dict[str, str] = {}
    for name in re.findall(r"\{(\w+)\}", template):
        noun = template.split("/")[3].rstrip("s")
        found[name] = ids[f"{noun}_id" if name == "id" else name]
    return found


def operations(document: dict[str, Any]) -> Iterator[Any]:
    """Each operation but the streams, which have no end."""
    schema = schemathesis.openapi.from_dict(document)
    found: list[Any] = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    for method in ORDER:
        yield from (each for each in found if each.method == method and not each.path.endswith("/stream"))


class TestAnswers:
    def test_are_as_the_document_says(self, place: Place, document: dict[str, Any]) -> None:
        complaints: dict[str, set[str]] = defaultdict(set)
        statuses: dict[str, set[int]] = defaultdict(set)
        with httpx.Client(base_url=place.url, timeout=30, cookies=no_cookies()) as http:
            for operation in operations(document):
                name = f"{operation.method} {operation.path}"
                send = self.sender(http, place, complaints[name], statuses[name])
                smallest = body_of(document["paths"][operation.path][operation.method], document)
                given = {} if smallest is None else {"body": smallest, "media_type": "application/json"}
                send(operation.Case(path_parameters=filled(operation.path, place.ids), **given))
                every(operation, filled(operation.path, place.ids), send)
        wrong = {name: found for name, found in complaints.items() if found}
        assert not wrong, "\n\n".join(f"{name}\n{text}" for name, found in wrong.items() for text in sorted(found))
        # The requests are worth something: most operations were carried out at least once.
        succeeded = [name for name, found in statuses.items() if any(status < 300 for status in found)]
        assert len(succeeded) > 0.6 * len(statuses), sorted(set(statuses) - set(succeeded))

    def sender(
        self, http: httpx.Client, place: Place, complaints: set[str], statuses: set[int]
    ) -> Callable[[Any], None]:
        def send(case: Any) -> None:
            case.headers.update(place.header(case.operation.path))
            sent = case.as_transport_kwargs(base_url=place.url)
            request = http.build_request(
                sent["method"], sent["url"], params=sent.get("params"), json=sent.get("json"),
                content=sent.get("data"), headers=dict(sent["headers"]),
            )  # fmt: skip
            answer = http.send(request)
            statuses.add(answer.status_code)
            try:
                case.validate_response(answer, checks=CHECKS)
            except BaseExceptionGroup as group:
                complaints.update(f"{answer.status_code}: {error}"[:1500] for error in group.exceptions)

        return send


def every(operation: Any, path: dict[str, str], send: Callable[[Any], None]) -> None:
    """Sends EXAMPLES requests that fit the operation's schema."""

    @hypothesis.settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=[hypothesis.Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy(path_parameters=path or None))
    def run(case: Any) -> None:
        send(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run()


class TestStreams:
    @pytest.mark.parametrize("path", ["/api/v1/events/stream", "/api/v1/projects/{project_id}/results/stream"])
    def test_begin_as_the_document_says(self, place: Place, document: dict[str, Any], path: str) -> None:
        url = place.url + path.format(**place.ids)
        with httpx.stream("GET", url, params={"after": "0.0.0"}, headers=place.header(path)) as answer:
            assert answer.status_code == 200
            declared = document["paths"][path]["get"]["responses"]["200"]["content"]
            assert answer.headers["content-type"].partition(";")[0] in declared


class TestDocument:
    def test_names_every_error_and_no_module(self, document: dict[str, Any]) -> None:
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                assert {"4XX", "5XX"} <= set(operation["responses"]), f"{method} {path}"
                assert "400" not in operation["responses"], f"{method} {path}"
        assert [name for name in document["components"]["schemas"] if "." in name] == []

    def test_says_for_what_nobody_need_sign_in(self, document: dict[str, Any], place: Place) -> None:
        with httpx.Client(base_url=place.url) as http:
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    ids = {name: str(new_id()) for name in place.ids} | TILE
                    ids |= {"variant": "original", "id": str(new_id())}
                    answer = http.request(method, path.format(**ids), json=body_of(operation, document))
                    # Somebody may be told first that the request itself makes no sense.
                    refused = answer.status_code in {401, 422} and operation["operationId"] != "sign_in"
                    is_open = operation.get("security") == []
                    assert refused != is_open or answer.status_code == 422, f"{method} {path}"

    def test_has_each_schema_once(self) -> None:
        page = "Page_fairmark.tasks.model.Result_"
        made = openapi.completed({
            "paths": {"/x": {"get": {"operationId": "x", "responses": {
                "200": {"$ref": f"#/components/schemas/{page}"}, "400": {}}}}},
            "components": {"schemas": {page: {"items": {"$ref": "#/components/schemas/Result"}}, "Result": {}}},
        })  # fmt: skip
        assert made["paths"]["/x"]["get"]["responses"]["200"] == {"$ref": "#/components/schemas/ResultPage"}
        assert set(made["components"]["schemas"]) == {"ResultPage", "Result", "Error"}
