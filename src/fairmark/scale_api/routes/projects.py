"""Projects: parse, call, render."""

from fairmark.kernel.actor import Permission
from fairmark.scale_api import projects, render, store
from fairmark.scale_api.calls import Call, Route
from fairmark.scale_api.model import Json


async def create_project(call: Call) -> Json:
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return render.project(await projects.create(tx, call.object()))


async def list_projects(call: Call) -> list[Json]:
    async with call.work(Permission.PROJECT_READ) as tx:
        return [render.project(each) for each in await store.projects(tx, archived=call.flag("archived"))]


async def get_project(call: Call) -> Json:
    async with call.work(Permission.PROJECT_READ) as tx:
        return render.project(await projects.get(tx, call.named["name"]))


async def set_params(call: Call) -> Json:
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return render.project(await projects.set_params(tx, call.named["name"], call.object()))


async def set_ontology(call: Call) -> Json:
    async with call.work(Permission.PROJECT_WRITE) as tx:
        return render.project(await projects.set_ontology(tx, call.named["name"], call.object()))


async def get_template(call: Call) -> Json:
    async with call.work(Permission.PROJECT_READ) as tx:
        return await projects.template(tx, call.named["name"])


ROUTES = [
    Route("POST", "projects", create_project),
    Route("GET", "projects", list_projects),
    Route("GET", "projects/{name}", get_project),
    Route("POST", "projects/{name}/setParams", set_params),
    Route("POST", "projects/{name}/setOntology", set_ontology),
    Route("GET", "projects/{name}/taskTemplates", get_template),
]
