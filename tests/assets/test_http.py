"""Items and batches over HTTP."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from fairmark.assets.events import BatchChanged, ItemsAdded
from fairmark.kernel.actor import Actor, ActorKind, MemberRole, Mode, WorkRole
from fairmark.kernel.ids import PersonId, ProjectId, WorkerId
from tests.assets.imports.test_service import items, told
from tests.assets.place import Place, add_project, picture


async def add(place: Place, rows: list[Any], **more: Any) -> Any:
    return await place.http.post(f"/api/v1/projects/{place.project_id}/items", json={"items": rows, **more})


def url(path: str, **more: Any) -> dict[str, Any]:
    return {"assets": [{"url": f"https://example.com/{path}"}], **more}


class TestAddItems:
    async def test_takes_good_rows_and_answers_bad_ones_by_index(self, place: Place) -> None:
        asset = (await place.small("a.png", picture()))["asset"]
        rows = [
            {"assets": [{"asset_id": asset["id"]}], "external_id": "one", "meta": {"k": "v"}},
            {"assets": [{"asset_id": str(uuid4())}]},
            {"nothing": 1},
            url("b.jpg", external_id="two", name="second", priority=5),
            {"assets": [{"asset_id": asset["id"]}, {"url": "https://example.com/c.jpg"}], "external_id": "three"},
        ]
        answer = (await add(place, rows, batch="first")).json()
        assert [(row["index"], row["new"]) for row in answer["items"]] == [(0, True), (3, True), (4, True)]
        assert [(row["index"], row["code"]) for row in answer["faults"]] == [(1, "asset_not_found"), (2, "bad_row")]
        assert answer["faults"][0]["place"] == "/assets/0"
        shown = [(await place.http.get(f"/api/v1/items/{row['item_id']}")).json() for row in answer["items"]]
        assert [(each["external_id"], each["name"]) for each in shown] == [
            ("one", "a.png"), ("two", "second"), ("three", "a.png"),
        ]  # fmt: skip
        assert [[asset["state"] for asset in each["assets"]] for each in shown] == [
            ["ready"], ["pending"], ["ready", "pending"],
        ]  # fmt: skip
        assert shown[0]["meta"] == {"k": "v"}
        [event] = await told(place, ItemsAdded)
        assert (event.count, event.import_id) == (3, None)
        assert {str(event.first_id), str(event.last_id)} == {
            answer["items"][0]["item_id"],
            answer["items"][2]["item_id"],
        }

    async def test_checks_prelabels_against_the_ontology(self, place: Place) -> None:
        def labeled(class_: str) -> dict[str, Any]:
            box = {"x": 1, "y": 1, "w": 9, "h": 9}
            marks = [{"id": "m1", "kind": "box", "class": class_, "geometry": box}]
            return url(class_, prelabel={"version": 1, "marks": marks})

        answer = (await add(place, [labeled("car"), labeled("plane")])).json()
        assert [row["index"] for row in answer["items"]] == [0]
        assert [(row["index"], row["code"]) for row in answer["faults"]] == [(1, "labels_unfit")]

    async def test_twice_adds_once(self, place: Place) -> None:
        rows = [url("a", external_id="a"), url("b")]
        first, second = (await add(place, rows)).json(), (await add(place, rows)).json()
        assert [row["new"] for row in first["items"] + second["items"]] == [True, True, False, False]
        assert [row["item_id"] for row in first["items"]] == [row["item_id"] for row in second["items"]]
        assert await place.count("items") == 2

    async def test_without_external_id_is_known_by_its_assets(self, place: Place) -> None:
        pair = {"assets": [{"url": "https://example.com/a"}, {"url": "https://example.com/b"}]}
        first = (await add(place, [url("a"), pair, pair, url("a")])).json()
        assert [row["new"] for row in first["items"]] == [True, True, False, False]
        assert first["items"][1]["item_id"] == first["items"][2]["item_id"]
        named = (await add(place, [url("a", external_id="mine")])).json()
        assert named["items"][0]["new"]
        again = (await add(place, [url("a"), url("a")], repeats=True)).json()
        assert [row["new"] for row in again["items"]] == [True, True]

    async def test_in_the_same_moment_adds_each_once(self, place: Place) -> None:
        rows = [url(str(n), external_id=str(n)) for n in range(30)]
        answers = await asyncio.gather(*(add(place, order) for order in (rows, rows[::-1], rows[15:] + rows[:15])))
        assert {answer.status_code for answer in answers} == {201}
        assert sum(row["new"] for answer in answers for row in answer.json()["items"]) == 30
        assert all(len(answer.json()["items"]) == 30 for answer in answers)
        assert (await place.count("items"), await place.count("assets")) == (30, 30)

    async def test_of_more_than_a_thousand_are_refused(self, place: Place) -> None:
        answer = await add(place, [url("a")] * 1001)
        assert answer.status_code == 422
        assert await place.count("items") == 0

    async def test_asks_for_fetches_of_new_addresses_only(self, place: Place) -> None:
        query = "SELECT count(*) FROM pgqueuer.pgqueuer WHERE convert_from(payload, 'UTF8') LIKE $1"
        await add(place, [url("a", external_id="a")])
        assert await place.value(query, f"%{place.org_id}%") == 1
        await place.owner.execute("DELETE FROM pgqueuer.pgqueuer")
        await add(place, [url("a", external_id="a"), url("a", external_id="b")])
        assert await place.value(query, f"%{place.org_id}%") == 0

    async def test_into_other_projects_finds_nothing(self, place: Place, other: Place) -> None:
        test_project = ProjectId(uuid4())
        await add_project(place.owner, place.org_id, test_project, "test")
        for project_id in (other.project_id, test_project, uuid4()):
            answer = await place.http.post(f"/api/v1/projects/{project_id}/items", json={"items": [url("a")]})
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "project_not_found")
        assert await place.count("batches") == 0

    async def test_does_not_take_assets_of_others(self, place: Place, other: Place) -> None:
        theirs = await other.small("a.png", picture())
        rows = [{"assets": [{key: value}]} for key, value in (
            ("asset_id", theirs["asset"]["id"]), ("upload_id", theirs["id"]), ("name", "a.png"),
        )]  # fmt: skip
        answer = (await add(place, rows)).json()
        assert [row["code"] for row in answer["faults"]] == ["asset_not_found"] * 3
        assert await items(place) == []


class TestGetItem:
    async def test_of_others_is_not_found(self, place: Place, other: Place) -> None:
        theirs = (await add(other, [url("a")])).json()["items"][0]["item_id"]
        for id in (theirs, str(uuid4())):
            answer = await place.http.get(f"/api/v1/items/{id}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "item_not_found")

    async def test_of_the_other_mode_is_not_found(self, place: Place) -> None:
        ours = (await add(place, [url("a")])).json()["items"][0]["item_id"]
        place.acting[0] = Actor(kind=ActorKind.KEY, org_id=place.org_id, mode=Mode.TEST, scopes=place.actor.scopes)
        assert (await place.http.get(f"/api/v1/items/{ours}")).status_code == 404

    async def test_is_not_for_workers(self, place: Place) -> None:
        ours = (await add(place, [url("a")])).json()["items"][0]["item_id"]
        place.acting[0] = Actor(
            kind=ActorKind.PERSON, org_id=place.org_id, person_id=PersonId(uuid4()), worker_id=WorkerId(uuid4()),
            work_roles=frozenset({WorkRole.WORKER}),
        )  # fmt: skip
        assert (await place.http.get(f"/api/v1/items/{ours}")).status_code == 403


class TestBatches:
    async def test_are_listed_with_their_counts_newest_first(self, place: Place) -> None:
        path = f"/api/v1/projects/{place.project_id}/batches"
        made = (await place.http.post(path, json={"name": "empty", "priority": 3})).json()
        assert (made["state"], made["items"], made["priority"]) == ("open", 0, 3)
        await add(place, [url("a"), url("b")], batch="full")
        await add(place, [url("c")])
        rows = (await place.http.get(path)).json()["rows"]
        assert [(row["name"], row["items"]) for row in rows] == [("default", 1), ("full", 2), ("empty", 0)]
        first = (await place.http.get(path, params={"limit": 2})).json()
        rest = (await place.http.get(path, params={"limit": 2, "after": first["next"]})).json()
        assert ([row["name"] for row in rest["rows"]], rest["next"]) == (["empty"], None)

    async def test_have_names_of_their_own(self, place: Place) -> None:
        path = f"/api/v1/projects/{place.project_id}/batches"
        await place.http.post(path, json={"name": "one"})
        again = await place.http.post(path, json={"name": "one"})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "batch_name_taken")
        assert (await place.http.post(path, json={"name": "a\nb"})).json()["error"]["code"] == "bad_name"

    async def test_change_and_say_so(self, place: Place) -> None:
        made = (await place.http.post(f"/api/v1/projects/{place.project_id}/batches", json={"name": "one"})).json()
        path = f"/api/v1/batches/{made['id']}"
        due = "2026-12-01T12:00:00Z"
        changed = (await place.http.patch(path, json={"state": "paused", "priority": 9, "due_at": due})).json()
        assert (changed["state"], changed["priority"], changed["due_at"]) == ("paused", 9, due)
        assert (await place.http.patch(path, json={})).json() == changed
        assert (await place.http.patch(path, json={"due_at": None})).json()["due_at"] is None
        assert (await place.http.patch(path, json={"state": "cancelled"})).json()["state"] == "cancelled"
        back = await place.http.patch(path, json={"state": "open"})
        assert (back.status_code, back.json()["error"]["code"]) == (409, "batch_cancelled")
        events = await told(place, BatchChanged)
        assert [(event.state, event.priority) for event in events] == [("paused", 9), ("paused", 9), ("cancelled", 9)]
        refused = await add(place, [url("a")], batch="one")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "batch_cancelled")

    @pytest.mark.parametrize(
        "body", [{"due_at": "2026-12-01T12:00:00"}, {"priority": 10**9}, {"state": "gone"}, {"name": "x"}]
    )
    async def test_refuse_what_cannot_be(self, place: Place, body: dict[str, Any]) -> None:
        made = (await place.http.post(f"/api/v1/projects/{place.project_id}/batches", json={"name": "one"})).json()
        assert (await place.http.patch(f"/api/v1/batches/{made['id']}", json=body)).status_code == 422

    async def test_of_others_are_not_found(self, place: Place, other: Place) -> None:
        theirs = (await other.http.post(f"/api/v1/projects/{other.project_id}/batches", json={"name": "x"})).json()
        answer = await place.http.patch(f"/api/v1/batches/{theirs['id']}", json={"state": "paused"})
        assert answer.status_code == 404
        assert (await place.http.get(f"/api/v1/projects/{other.project_id}/batches")).status_code == 404

    async def test_are_not_changed_by_members_who_only_look(self, place: Place) -> None:
        made = (await place.http.post(f"/api/v1/projects/{place.project_id}/batches", json={"name": "one"})).json()
        place.acting[0] = Actor(
            kind=ActorKind.PERSON, org_id=place.org_id, person_id=PersonId(uuid4()), member_role=MemberRole.MEMBER
        )
        assert (await place.http.patch(f"/api/v1/batches/{made['id']}", json={})).status_code == 403
        assert (await place.http.get(f"/api/v1/projects/{place.project_id}/batches")).status_code == 200
