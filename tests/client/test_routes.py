"""Every route of the native API has a method, and every method a route."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from fairmark.client import Client, ClientError, requests
from fairmark.client.model import Annotation, CaseDecision, Decision, LabelFormat, MemberRole, Purpose, Scope, WorkRole
from fairmark.entrypoints.wiring import ROUTES

SCALE = re.compile(r"/v[12](/|$)").match
ID = "01a201de-2bfb-7fc0-9c87-846fe6f1bd09"
NOT_METHODS = {
    "GET /media/{}/{}/{}": "served to whoever holds its signed address, which items and assignments carry",
    "GET /media/{}/{}/tiles/head": "served to whoever holds its signed address, which items and assignments carry",
    "GET /media/{}/{}/tiles/{}/{}/{}/{}": "the same address with the tile's numbers in place of its head",
    "GET /models": "for the editor: which models annotators may ask while they draw",
    "POST /assignments/{}/ask-model": "for the editor: a model's proposal, which the annotator takes or leaves",
    "GET /scale/masks/{}/{}/{}": "served to whoever holds its signed address, which Scale's responses carry",
}

CALLS: list[Callable[[Client, Path], Any]] = [
    lambda c, p: c.sign_in("a@b.c", "x"), lambda c, p: c.sign_out(), lambda c, p: c.me(),
    lambda c, p: c.change_me(name="A"), lambda c, p: c.change_password("a", "b"), lambda c, p: list(c.list_sessions()),
    lambda c, p: c.end_session(ID), lambda c, p: c.permissions(), lambda c, p: c.first_start_needed(),
    lambda c, p: c.first_start("t", "n", "e", "p", "o"), lambda c, p: list(c.list_organisations()),
    lambda c, p: c.create_organisation("x"), lambda c, p: c.get_organisation(),
    lambda c, p: c.close_organisation("x"), lambda c, p: c.close_another_organisation(ID, "x"),
    lambda c, p: c.reopen_organisation(ID), lambda c, p: list(c.list_people()), lambda c, p: c.get_person(ID),
    lambda c, p: c.disable_person(ID, "x"), lambda c, p: c.enable_person(ID), lambda c, p: c.end_persons_key(ID, ID),
    lambda c, p: c.change_organisation(name="x"), lambda c, p: list(c.list_members()),
    lambda c, p: c.change_member(ID, MemberRole.MEMBER), lambda c, p: c.remove_member(ID),
    lambda c, p: list(c.list_invitations()), lambda c, p: c.invite(member_role=MemberRole.MEMBER),
    lambda c, p: c.revoke_invitation(ID), lambda c, p: c.peek_invitation("t"), lambda c, p: c.accept_invitation("t"),
    lambda c, p: list(c.list_keys()), lambda c, p: c.create_key("x", [Scope.READ]), lambda c, p: c.revoke_key(ID),
    lambda c, p: list(c.list_workforces()), lambda c, p: c.create_workforce("x"),
    lambda c, p: list(c.list_workers(ID)), lambda c, p: c.own_worker(), lambda c, p: c.change_worker(ID, skills=[]),
    lambda c, p: c.change_work_role(ID, ID, WorkRole.LEAD), lambda c, p: c.remove_worker(ID, ID),
    lambda c, p: c.lend_workforce(ID, ID),
    lambda c, p: c.create_project("x"), lambda c, p: list(c.list_projects()), lambda c, p: c.get_project(ID),
    lambda c, p: c.find_project("x"), lambda c, p: c.change_project(ID, name="x"), lambda c, p: c.activate_project(ID),
    lambda c, p: c.set_project_workforces(ID, []), lambda c, p: c.save_ontology(ID, {}),
    lambda c, p: c.get_ontology(ID), lambda c, p: c.get_ontology_yaml(ID), lambda c, p: c.list_ontologies(ID),
    lambda c, p: c.save_guideline(ID, "x"), lambda c, p: c.get_guideline(ID), lambda c, p: c.list_guidelines(ID),
    lambda c, p: c.get_progress(ID), lambda c, p: list(c.explore(ID)),
    lambda c, p: c.upload_file(p), lambda c, p: c.upload_file(p, purpose=Purpose.DATA),
    lambda c, p: c.upload_bytes("x", b"x"), lambda c, p: c.resume_upload(ID, p), lambda c, p: c.get_upload(ID),

    lambda c, p: c.known_files([]), lambda c, p: list(c.upload_files([p])),
    lambda c, p: c.import_folder(ID, p.parent), lambda c, p: c.add_items(ID, []), lambda c, p: c.get_item(ID),
    lambda c, p: list(c.list_batches(ID)), lambda c, p: c.create_batch(ID, "x"), lambda c, p: c.change_batch(ID),
    lambda c, p: c.start_import(ID, {}), lambda c, p: c.import_urls(ID, []), lambda c, p: c.import_bucket(ID, "s3://x"),
    lambda c, p: c.import_manifest(ID, p), lambda c, p: c.import_labels(ID, p, LabelFormat.COCO),
    lambda c, p: c.get_import(ID), lambda c, p: list(c.list_imports(ID)), lambda c, p: list(c.list_import_faults(ID)),
    lambda c, p: c.cancel_import(ID), lambda c, p: c.wait_for_import(ID),
    lambda c, p: c.claim(), lambda c, p: c.get_assignment(ID), lambda c, p: c.beat(ID),
    lambda c, p: c.save_draft(ID, 1, Annotation()), lambda c, p: c.submit(ID, Annotation()),
    lambda c, p: c.review(ID, Decision.ACCEPT), lambda c, p: c.skip(ID, "x"), lambda c, p: c.give_back(ID),
    lambda c, p: c.pause(ID), lambda c, p: c.resume(ID), lambda c, p: c.ask(ID, "x"),
    lambda c, p: c.assignment_questions(ID), lambda c, p: c.assignment_rules(ID), lambda c, p: c.my_work(),
    lambda c, p: list(c.my_assignments()), lambda c, p: list(c.list_tasks(ID)), lambda c, p: c.get_task(ID),
    lambda c, p: c.change_task(ID), lambda c, p: c.cancel_task(ID, "x"), lambda c, p: c.reopen_task(ID),
    lambda c, p: c.review_task(ID, Decision.ACCEPT), lambda c, p: list(c.list_results(ID)),
    lambda c, p: list(c.list_questions(ID)), lambda c, p: c.answer_question(ID, "x"),
    lambda c, p: c.assignment_threads(ID), lambda c, p: c.open_thread(ID, "x", at=(1, 2)),
    lambda c, p: c.comment(ID, ID, "x"), lambda c, p: c.settle_thread(ID, ID),
    lambda c, p: c.place_thread(ID, ID, (1, 2)), lambda c, p: c.task_threads(ID),
    lambda c, p: c.open_task_thread(ID, "x"), lambda c, p: c.comment_on_task(ID, ID, "x"),
    lambda c, p: c.settle_task_thread(ID, ID), lambda c, p: c.draw_review_sample(ID, 5),
    lambda c, p: list(c.list_review_samples(ID)),
    lambda c, p: c.get_quality(ID), lambda c, p: c.refresh_quality(ID), lambda c, p: c.get_agreement(ID),
    lambda c, p: c.get_confusion(ID), lambda c, p: c.confusion_examples(ID, "x", "y", "z"),
    lambda c, p: list(c.list_disagreements(ID)), lambda c, p: c.get_confidence(ID),
    lambda c, p: c.quality_over_time(ID), lambda c, p: c.get_plan(ID), lambda c, p: c.make_plan(),
    lambda c, p: c.inspect_task(ID), lambda c, p: list(c.list_gold(ID)),
    lambda c, p: c.make_gold(ID, Annotation(), item_id=ID), lambda c, p: c.import_gold(ID, []),
    lambda c, p: c.gold_of_results(ID), lambda c, p: c.get_gold(ID), lambda c, p: c.change_gold(ID),
    lambda c, p: list(c.project_workers(ID)), lambda c, p: c.worker_quality(ID), lambda c, p: c.my_quality(),
    lambda c, p: list(c.my_feedback()), lambda c, p: list(c.list_cases()), lambda c, p: c.get_case(ID),
    lambda c, p: c.decide_case(ID, CaseDecision.CLEARED, "x"),
    lambda c, p: c.read_events(), lambda c, p: list(c.list_events()), lambda c, p: next(c.stream_events(after="1.1.1")),
    lambda c, p: next(c.stream_results(ID, after="1.1.1")), lambda c, p: list(c.list_webhooks()),
    lambda c, p: c.create_webhook("x"), lambda c, p: c.change_webhook(ID), lambda c, p: c.delete_webhook(ID),
    lambda c, p: c.rotate_webhook_secret(ID), lambda c, p: c.test_webhook(ID),
    lambda c, p: c.get_scale_callbacks(), lambda c, p: c.change_scale_callbacks(),
    lambda c, p: c.test_scale_callbacks(),
    lambda c, p: list(c.list_deliveries(ID)), lambda c, p: c.resend_delivery(ID), lambda c, p: c.list_formats(),
    lambda c, p: c.create_export(ID, "coco"), lambda c, p: c.get_export(ID), lambda c, p: list(c.list_exports(ID)),
    lambda c, p: c.cancel_export(ID), lambda c, p: c.wait_for_export(ID), lambda c, p: c.download_export(ID, p),
    lambda c, p: c.save_export(ID, p), lambda c, p: c.export(ID, "coco", p), lambda c, p: c.wait_until_done(ID),
]  # fmt: skip
"""A call of every public method."""

UPLOAD = {
    "id": ID, "name": "x.png", "bytes": 1, "received": 0, "purpose": "data", "state": "open", "asset": None,
    "fault": None, "created_at": "2026-01-01T00:00:00Z",
}  # fmt: skip
EXPORT = {
    "id": ID, "project_id": ID, "format": "coco", "options": {}, "state": "done", "rows_total": 1, "rows_done": 1,
    "file": "x.zip", "bytes": 5, "url": "/api/v1/exports/x/y/file?e=1&s=2", "expires_at": None, "report": None,
    "fault": None, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "POST /uploads": UPLOAD, "GET /uploads/{}": UPLOAD, "POST /uploads/known": {"assets": {}},
    "GET /exports/{}": EXPORT,
}  # fmt: skip
"""What has to be answered for a method to go on to its next request; everything else is refused."""


def template(method: str, path: str) -> str:
    """`GET /projects/{}`: a route or a request without the names or values of its parameters."""
    path = path.removeprefix("/api/v1")
    return f"{method} {re.sub(r'{[^}]*}', '{}', path)}"


def routes() -> set[str]:
    """Every route of the native API; those under /v1 and /v2 have Scale's own client."""
    native = [(m, path) for route in ROUTES for path in route.paths for m in route.http_methods if not SCALE(path)]
    found = {template(method, path) for method, path in native}
    return {route for route in found if not route.startswith(("HEAD ", "OPTIONS "))}


def reached(tmp_path: Path) -> tuple[set[str], set[str]]:
    """The requests that the methods make, and the names of the methods called."""
    asked: set[str] = set()
    called: set[str] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.replace(ID, "{}").replace("/exports/x/y/", "/exports/{}/{}/")
        asked.add(template(request.method, path))
        known = ANSWERS.get(template(request.method, path))
        return httpx.Response(422, content=b"") if known is None else httpx.Response(200, json=known)

    class Watched(Client):
        def __getattribute__(self, name: str) -> Any:
            if not name.startswith("_"):
                called.add(name)
            return super().__getattribute__(name)

    picture = tmp_path / "x.png"
    picture.write_bytes(b"x")
    http = httpx.Client(transport=httpx.MockTransport(answer), cookies=requests.no_cookies())
    for call in CALLS:
        with suppress(ClientError):
            call(Watched("http://server", "k", http=http, patience_s=0), picture)
    return asked, called


class TestRoutes:
    def test_each_has_a_method_that_reaches_it(self, tmp_path: Path) -> None:
        asked, _ = reached(tmp_path)
        assert sorted(routes() - asked) == sorted(NOT_METHODS)

    def test_no_method_asks_for_what_is_not_there(self, tmp_path: Path) -> None:
        asked, _ = reached(tmp_path)
        assert sorted(asked - routes()) == []

    def test_every_method_is_tried_here(self, tmp_path: Path) -> None:
        _, called = reached(tmp_path)
        members = {name: value for base in Client.__mro__ for name, value in vars(base).items()}
        methods = {name for name, value in members.items() if callable(value) and not name.startswith("_")}
        assert sorted(methods - called - {"close", "of_organisation", "use", "request"}) == []
