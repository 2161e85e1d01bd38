"""Somebody is kept out in the middle of their work, and an organisation ends: keys, work and webhooks stop, its owner
takes the data out, and an administrator opens it again.
"""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from fairmark.client import AsyncClient
from fairmark.client.errors import ClientError, Forbidden, NotSignedIn
from fairmark.client.model import Annotation, MemberRole, Scope, TaskId, TurnState
from tests.patience import until

from .conftest import Customer, Shapes, crew, draw_shapes, pipeline, project_of, take

PASSWORD = "seven otters under the moonlit bridge"


@pytest.fixture
def few(shapes: Shapes) -> Shapes:
    """Three pictures."""
    return draw_shapes(shapes.folder.with_name("few"), 3)


async def signed_in(customer: Customer, role: MemberRole) -> AsyncClient:
    """A member of the customer's organisation, in a client of their own."""
    made = await customer.client.invite(member_role=role)
    client = AsyncClient(customer.url)
    email = f"{uuid4().hex}@fairmark.test"
    await client.accept_invitation(made.token, name="Mira", email=email, password=PASSWORD)
    return client


@pytest.fixture
async def admin(customer: Customer, owner: asyncpg.Connection) -> AsyncIterator[AsyncClient]:
    """An administrator, who is nobody in any organisation."""
    client = await signed_in(customer, MemberRole.MEMBER)
    person = (await client.me()).person.id
    await owner.execute("UPDATE people SET is_admin = true WHERE id = $1", person)
    await customer.client.remove_member(person)
    yield client
    await owner.execute("UPDATE people SET is_admin = false WHERE id = $1", person)
    await client.aclose()


async def refused(client: AsyncClient) -> ClientError:
    """How the client is refused: it is, soon."""

    async def error() -> ClientError | None:
        try:
            await client.permissions()
        except ClientError as error:
            return error
        return None

    found = await until(error, "they are kept out")
    assert found is not None
    return found


class TestDisabled:
    async def test_the_work_goes_to_somebody_else_and_comes_back(
        self, customer: Customer, few: Shapes, admin: AsyncClient
    ) -> None:
        project = await project_of(customer.client, few, pipeline())
        slow, other = await crew(customer, project, "perfect", "perfect")
        turn = await take(slow, project)
        draft = Annotation(answers={"light": "night"})
        await slow.client.save_draft(turn.id, 1, draft)
        person = (await slow.client.me()).person
        found = [each.id async for each in admin.list_people(q=person.email)]
        assert found == [person.id]

        await admin.disable_person(person.id, "Shares the password.")
        assert isinstance(await refused(slow.client), NotSignedIn)
        seen: set[TaskId] = set()
        for _ in range(300):  # the queue hears of it a moment later
            claim = await other.client.claim(project_id=project.id)
            if claim.assignment is None:
                await asyncio.sleep(0.1)
                continue
            seen.add(claim.assignment.task_id)
            if turn.task_id in seen:
                await other.client.give_back(claim.assignment.id)
                break
            await other.client.skip(claim.assignment.id, "another one")
        assert turn.task_id in seen

        detail = await admin.get_person(person.id)
        assert detail.person.disabled_reason == "Shares the password."
        await admin.enable_person(person.id)
        with pytest.raises(NotSignedIn):  # the old sign-in stays over
            await slow.client.me()


class TestClosed:
    async def test_all_stops_but_the_owner_takes_the_data_out(
        self, customer: Customer, few: Shapes, admin: AsyncClient, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        project = await project_of(customer.client, few, pipeline())
        [worker] = await crew(customer, project, "perfect")
        turn = await take(worker, project)
        await worker.client.submit(turn.id, few.by_id[turn.external_id or ""])

        async def results() -> int:
            return (await customer.client.get_progress(project.id)).results

        await until(results, "there is a result")
        held = await take(worker, project)
        owns = await signed_in(customer, MemberRole.OWNER)
        manager = await signed_in(customer, MemberRole.MANAGER)

        closed = await admin.close_another_organisation(customer.org_id, "The contract has ended.")
        assert closed.closed_reason == "The contract has ended."
        for client in (customer.client, manager, worker.client):
            error = await refused(client.of_organisation(customer.org_id))
            assert isinstance(error, Forbidden)
            assert error.code == "organisation_closed"
        assert [each.closed_reason for each in (await manager.me()).closed] == ["The contract has ended."]

        # The owner looks and exports, and changes nothing.
        folder = tmp_path_factory.mktemp("out")
        file = await owns.export(project.id, "coco", folder)
        assert file.stat().st_size > 0
        assert (await owns.get_progress(project.id)).results == 1
        with pytest.raises(Forbidden, match="closed"):
            await owns.create_key("nightly", [Scope.READ])
        await until(lambda: _given_back(owns, held.task_id), "what the worker held is open again")

        await admin.reopen_organisation(customer.org_id)
        await owns.create_key("nightly", [Scope.READ])
        again = await take(worker, project)
        assert again.state is TurnState.LEASED
        await owns.aclose()
        await manager.aclose()


async def _given_back(client: AsyncClient, task_id: TaskId) -> bool:
    history = await client.get_task(task_id)
    return all(each.state is not TurnState.LEASED for each in history.turns)
