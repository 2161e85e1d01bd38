"""Where the work of a task lies: the fairmark project for its classes and questions, made when the first asks for it.

Such a project is an ordinary one: people find it in their work list, leads can give it another pipeline, more people, a
better guideline. What a Scale project has of them already is passed on to the next.
"""

from collections import OrderedDict

import msgspec

from fairmark.assets import service as assets
from fairmark.assets.model import BatchState
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import OrgId, ProjectId, WorkforceId
from fairmark.projects import service as projects
from fairmark.projects.model import LabelStage, NameTaken, Overlap, Pipeline, ProjectState
from fairmark.scale_api import people_store, rules, store
from fairmark.scale_api.model import BadRequest, Batch, Form, Json, Project
from fairmark.scale_api.types.model import TaskType, Translation
from fairmark.workforce import service as workforce

FORMS_MAX = 200
"""Most fairmark projects behind one Scale project: each is a place in every worker's list."""
NAME_CHARS_MAX = 100
NAMES_TRIED = 1000
KNOWN_MAX = 10_000
LABELERS = "Labelers"
WORKFORCES_MAX = 100

_Key = tuple[OrgId, str, str, str, bytes]
_known: "OrderedDict[_Key, Form]" = OrderedDict()
"""Forms never change, so each process asks for each once."""


async def form_of(
    tx: Tx, type: TaskType, translation: Translation, params: Json, instruction: str, project: Project | None,
    batch: Batch | None,
) -> Form:  # fmt: skip
    """The form of a task, made if there is none yet. Raises BadRequest, BadOntology."""
    scale_project_id = project.id if project is not None else ""
    own = batch.id if project is not None and batch is not None and project.is_studio else ""
    hash = rules.form_hash(type, translation, params)
    key = (tx.org_id, tx.actor.mode.value, scale_project_id, own, hash)
    if (known := _known.get(key)) is not None:
        return known
    found = await store.form(tx, scale_project_id, own, hash)
    if found is None:
        await store.lock_form(tx, f"{scale_project_id}/{own}/{hash.hex()}")
        found = await store.form(tx, scale_project_id, own, hash)
    if found is None:
        # Kept in mind only by whoever reads it next: this transaction may still come to nothing.
        return await _make(tx, type, translation, params, instruction, project, batch, own, hash)
    _known[key] = found
    if len(_known) > KNOWN_MAX:
        _known.popitem(last=False)
    return found


async def _make(
    tx: Tx, type: TaskType, translation: Translation, params: Json, instruction: str, project: Project | None,
    batch: Batch | None, own: str, hash: bytes,
) -> Form:  # fmt: skip
    scale_project_id = project.id if project is not None else ""
    siblings = await store.forms_of(tx, scale_project_id)
    if len(siblings) >= FORMS_MAX:
        raise BadRequest(
            f"The tasks so far ask for {FORMS_MAX} different sets of labels or questions: the limit of one project.",
            mend="Put tasks with other labels into another project, or give all tasks the same labels.",
        )
    name = f"{project.name} ({batch.name})" if project is not None and own and batch is not None else None
    name = name or (project.name if project is not None else f"Scale: {type.name}")
    elder = await projects.get(tx, siblings[0][0].project_id) if siblings else None
    pipeline = elder.pipeline if elder is not None else Pipeline()
    project_id = await _project_named(
        tx, name, translation, instruction, _with_overlap(pipeline, translation.overlap),
        await people_of(tx, project, batch) or (elder.workforce_ids if elder is not None else await everybody(tx)),
    )  # fmt: skip
    form = Form(project_id=project_id, type=type.name, params=rules.form_params(type, params), instruction=instruction)
    await store.add_form(tx, form, scale_project_id, own, hash)
    return form


async def _project_named(
    tx: Tx, name: str, translation: Translation, instruction: str, pipeline: Pipeline, people: list[WorkforceId]
) -> ProjectId:
    """A new, active project, with a number behind its name if that is taken."""
    short = name[:NAME_CHARS_MAX]
    for number in range(1, NAMES_TRIED):
        try:
            made = await projects.create(
                tx, short if number == 1 else f"{short} ({number})", modality=translation.modality,
                ontology=translation.ontology, guideline=instruction, pipeline=pipeline, workforce_ids=people,
                description="Made by the Scale-compatible API.",
            )  # fmt: skip
        except NameTaken:
            continue
        await projects.change(tx, made.id, projects.Change(state=ProjectState.ACTIVE))
        return made.id
    raise BadRequest(f"There are too many projects called '{short}'.", mend="Archive some of them.")


def _with_overlap(pipeline: Pipeline, overlap: int) -> Pipeline:
    """The pipeline with so many different people per task, if it is more than one."""
    first, *rest = pipeline.stages
    if overlap <= 1 or not isinstance(first, LabelStage):
        return pipeline
    return Pipeline((msgspec.structs.replace(first, overlap=Overlap(overlap, overlap)), *rest))


async def people_of(tx: Tx, project: Project | None, batch: Batch | None) -> list[WorkforceId] | None:
    """The groups that work on a project, or of them those that its batch is for; None where nobody has said."""
    groups = await people_store.groups_of(tx, project.id) if project is not None else []
    if not groups:
        return None
    wanted = batch.groups if batch is not None else []
    return [group.workforce_id for group in groups if not wanted or group.name in wanted]


async def people_changed(tx: Tx, project: Project) -> None:
    """The groups of a project, or of its batches, are others now: the work that is there is for them."""
    for form, own in await store.forms_of(tx, project.id):
        batch = await store.batch(tx, id=own) if own else None
        people = await people_of(tx, project, batch)
        await projects.set_workforces(tx, form.project_id, people or await everybody(tx))


async def labelers(tx: Tx) -> WorkforceId:
    """The workforce that labelers are invited to; made for the first."""
    for each in await workforce.list_workforces(tx, None, WORKFORCES_MAX):
        if each.name == LABELERS and not each.lent:
            return each.id
    return (await workforce.create_workforce(tx, LABELERS, "vision")).id


async def everybody(tx: Tx) -> list[WorkforceId]:
    """All workforces of the organisation; an empty one is made for one that has none."""
    found = await workforce.list_workforces(tx, None, WORKFORCES_MAX)
    if not found:
        found = [await workforce.create_workforce(tx, LABELERS, "vision")]
    return [each.id for each in found[:WORKFORCES_MAX]]


async def batch_waits(tx: Tx, form: Form, batch: Batch | None) -> None:
    """The fairmark batch for tasks of a Scale batch that people may not begin yet is paused; made, if there is none."""
    found = await assets.batch_named(tx, form.project_id, None if batch is None else batch.name)
    if found.state is BatchState.OPEN:
        await assets.change_batch(tx, found.id, state=BatchState.PAUSED)
