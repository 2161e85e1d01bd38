"""Teammates, Studio assignments, groups and the order of batches: parse, call, render."""

from fairmark.kernel.actor import Permission
from fairmark.scale_api import people
from fairmark.scale_api.calls import Call, Route
from fairmark.scale_api.model import Json
from fairmark.scale_api.people import Assign, GroupChange, Invite, Named, NewGroup
from fairmark.scale_api.rules import Name
from fairmark.scale_api.shapes import read


async def list_teammates(call: Call) -> list[Json]:
    async with call.work(Permission.ORG_READ) as tx:
        found = await people.teammates(tx)
    return [people.told(each, call.site.settings.public_url) for each in found]


async def invite_teammates(call: Call) -> list[Json]:
    asked = read(call.object(), Invite)
    async with call.work(Permission.ORG_MANAGE) as tx:
        found = await people.invite(tx, asked)
    return [people.told(each, call.site.settings.public_url) for each in found]


async def set_role(call: Call) -> list[Json]:
    asked = read(call.object(), Invite)
    async with call.work(Permission.ORG_MANAGE) as tx:
        found = await people.set_role(tx, asked)
    return [people.told(each, call.site.settings.public_url) for each in found]


async def list_assignments(call: Call) -> dict[str, list[str]]:
    async with call.work(Permission.PEOPLE_READ) as tx:
        return await people.assignments(tx)


async def add_assignments(call: Call) -> dict[str, list[str]]:
    asked = read(call.object(), Assign)
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return await people.assign(tx, asked)


async def remove_assignments(call: Call) -> dict[str, list[str]]:
    asked = read(call.object(), Assign)
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return await people.unassign(tx, asked)


async def list_groups(call: Call) -> list[Json]:
    async with call.work(Permission.PEOPLE_READ) as tx:
        return [people.told_group(each) for each in await people.groups(tx, call.named["project"])]


async def create_group(call: Call) -> Json:
    new = read(call.object(), NewGroup)
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return people.told_group(await people.create_group(tx, call.named["project"], new))


async def change_group(call: Call) -> Json:
    change = read(call.object(), GroupChange)
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return people.told_group(await people.change_group(tx, call.named["project"], call.named["group"], change))


async def list_batches(call: Call) -> list[Json]:
    async with call.work(Permission.DATA_READ) as tx:
        return await people.studio_batches(tx)


async def assign_batch(call: Call) -> Json:
    groups = read(call.object().get("groups"), list[Name], "groups")
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return await people.assign_batch(tx, call.named["name"], groups)


async def set_priorities(call: Call) -> list[Json]:
    wanted = read(call.object().get("batches"), list[Named], "batches")
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return await people.set_priorities(tx, wanted)


async def reset_priorities(call: Call) -> list[Json]:
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return await people.reset_priorities(tx)


ROUTES = [
    Route("GET", "teams", list_teammates),
    Route("POST", "teams/invite", invite_teammates),
    Route("POST", "teams/set_role", set_role),
    Route("GET", "studio/assignments", list_assignments),
    Route("POST", "studio/assignments/add", add_assignments),
    Route("POST", "studio/assignments/remove", remove_assignments),
    Route("GET", "studio/projects/{project}/groups", list_groups),
    Route("POST", "studio/projects/{project}/groups", create_group),
    Route("PUT", "studio/projects/{project}/groups/{group}", change_group),
    Route("GET", "studio/batches", list_batches),
    Route("POST", "studio/batches/set_priorities", set_priorities),
    Route("POST", "studio/batches/reset_priorities", reset_priorities),
    Route("PUT", "studio/batches/{name}", assign_batch),
]
