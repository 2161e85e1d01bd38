"""Two worlds in one organisation, and two organisations on one server: nothing of one is visible to the other."""

from uuid import uuid4

import pytest

from fairmark.client import AsyncClient
from fairmark.client.errors import Forbidden, NotFound, NotSignedIn
from fairmark.client.model import Mode, Scope
from fairmark.identity import service as identity
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM

from .conftest import Customer, Shapes, crew, first_task, key_of, nothing_left, pipeline, project_of, take


class TestModes:
    async def test_what_a_test_key_makes_a_live_key_cannot_see(
        self, customer: Customer, shapes: Shapes, db: Database
    ) -> None:
        live = await project_of(customer.client, shapes, pipeline(), "same name")
        async with AsyncClient(customer.url, await key_of(db, customer.org_id, Mode.TEST)) as rehearsal:
            assert [each async for each in rehearsal.list_projects()] == []
            test = await project_of(rehearsal, shapes, pipeline(), "same name")
            assert test.mode is Mode.TEST
            for client, foreign in ((rehearsal, live), (customer.client, test)):
                for call in (client.get_project, client.get_progress, client.activate_project, client.get_guideline):
                    with pytest.raises(NotFound):
                        await call(foreign.id)
                with pytest.raises(NotFound):
                    await client.create_export(foreign.id, "coco")
                with pytest.raises(NotFound):
                    await client.add_items(foreign.id, [{"assets": [{"url": "https://x.example/a.png"}]}])
            assert [each.id async for each in customer.client.list_projects()] == [live.id]
            task = await first_task(rehearsal, test)
            with pytest.raises(NotFound):
                await customer.client.get_task(task.id)

    async def test_people_work_on_live_projects(self, customer: Customer, shapes: Shapes, db: Database) -> None:
        async with AsyncClient(customer.url, await key_of(db, customer.org_id, Mode.TEST)) as rehearsal:
            test = await project_of(rehearsal, shapes, pipeline(), "rehearsal")
            live = await project_of(customer.client, shapes, pipeline(), "live")
            (worker,) = await crew(customer, live, "perfect")
            workforces = [each.id async for each in customer.client.list_workforces()]
            await rehearsal.set_project_workforces(test.id, workforces)
            assert (await take(worker, live)).project_id == live.id
            assert await nothing_left(worker, test) == "none_of_this_kind"


class TestOrganisations:
    async def test_a_foreign_id_is_no_id(self, customer: Customer, shapes: Shapes, db: Database) -> None:
        project = await project_of(customer.client, shapes, pipeline())
        item = await anext(customer.client.explore(project.id))
        async with db.begin(actor=SYSTEM) as tx:
            other = (await identity.create_organisation(tx, f"Other {uuid4().hex[:6]}")).id
        async with AsyncClient(customer.url, await key_of(db, other)) as stranger:
            assert [each async for each in stranger.list_projects()] == []
            for call in (stranger.get_project, stranger.get_progress, stranger.get_ontology):
                with pytest.raises(NotFound) as there:
                    await call(project.id)
                with pytest.raises(NotFound) as nowhere:
                    await call(uuid4())
                assert there.value.code == nowhere.value.code
            with pytest.raises(NotFound):
                await stranger.get_item(item.item_id)


class TestKeys:
    async def test_a_key_does_what_its_scope_says_until_it_is_revoked(self, customer: Customer) -> None:
        made = await customer.client.create_key("reader", [Scope.READ])
        async with AsyncClient(customer.url, made.secret) as reader:
            assert [each async for each in reader.list_projects()] == []
            with pytest.raises(Forbidden):
                await reader.create_project("not mine to make")
            await customer.client.revoke_key(made.key.id)
            with pytest.raises(NotSignedIn):
                await reader.me()
        with pytest.raises(NotSignedIn):
            await AsyncClient(customer.url, "live_nonsense").me()
