"""`fairmark import --from-scale`: an account of Scale's, copied through Scale's own client on both sides.

The key of that account is read from the environment alone, used, and written nowhere. What was copied is not copied
again: the server knows each task by the id that it had, and a note on this machine says how far the list was walked.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from fairmark.client.commands.options import bar
from fairmark.client.commands.unfinished import note_folder
from fairmark.client.errors import BadSource
from fairmark.client.requests import KEY_VARIABLE, URL_DEFAULT, URL_VARIABLE

SOURCE_KEY_VARIABLE = "SCALE_API_KEY"
SOURCE_URL = "https://api.scale.com/v1"
PAGE = 100
FAULTS_KEPT = 1000
UPLOADED = "scaledata://"
NOT_ENABLED = 402
_OF_VERSION = ("version", "created_at")


class Copied(msgspec.Struct):
    """What has become of an account. refused: what could not be copied, and why; the first of them. unlabeled: how many
    of its tasks are of each type that fairmark cannot label, or ask for what it cannot.
    """

    projects: int = 0
    batches: int = 0
    tasks: int = 0
    refused: list[str] = []
    refused_count: int = 0
    unlabeled: dict[str, int] = {}

    def refuse(self, what: str, why: str) -> None:
        """Counts something that could not be copied."""
        self.refused_count += 1
        if len(self.refused) < FAULTS_KEPT:
            self.refused.append(f"{what}: {why}")


class Place(msgspec.Struct, frozen=True):
    """How far the list of tasks was walked: the token of the next page."""

    next_token: str


class Accounts(NamedTuple):
    """Scale's client for the account there, and for the one here; its error."""

    there: Any
    here: Any
    error: type[Exception]


def accounts(source_url: str, url: str | None, key: str | None) -> Accounts:
    """Both sides. Raises BadSource if Scale's client is not installed, or a key is missing."""
    try:
        scaleapi = import_module("scaleapi")
        error = import_module("scaleapi.exceptions").ScaleException
    except ModuleNotFoundError:
        raise BadSource("Scale's client is not installed.", mend="Run: pip install 'fairmark[scale]'") from None
    source_key = os.environ.get(SOURCE_KEY_VARIABLE, "")
    if not source_key:
        raise BadSource(
            "There is no key for the account at Scale.",
            mend=f"Set {SOURCE_KEY_VARIABLE} in the environment; it is not taken from the command line, "
            "where others on this machine could read it.",
        )
    if not key:
        raise BadSource("There is no key for fairmark.", mend=f"Set {KEY_VARIABLE}, or give --key.")
    here = f"{(url or os.environ.get(URL_VARIABLE) or URL_DEFAULT).rstrip('/')}/v1"
    return Accounts(
        scaleapi.ScaleClient(source_key, source="fairmark-import", api_instance_url=source_url.rstrip("/")),
        scaleapi.ScaleClient(key, source="fairmark-import", api_instance_url=here),
        error,
    )


def copy(both: Accounts, names: Sequence[str]) -> Copied:
    """Copies projects, batches and tasks: all of the account's, or those of the projects named. Safe to repeat.

    Raises BadSource for a name that the account does not have, and where going on makes no sense.
    """
    done = Copied()
    found = [each.as_dict() for each in both.there.projects() if not names or each.name in names]
    if missing := [name for name in names if name not in {each["name"] for each in found}]:
        raise BadSource(f"The account has no project '{missing[0]}'.", mend="Check what --scale-project says.")
    projects = [each for each in found if _tried(both, done, "project", each["name"], _project, each)]
    batches = [
        batch
        for project in projects
        for each in both.there.get_batches(project_name=project["name"])
        if _tried(both, done, "batch", (batch := each.as_dict())["name"], _batch, batch)
    ]
    done.projects, done.batches = len(projects), len(batches)
    for project in [each["name"] for each in projects] if names else [None]:
        _walk(both, done, project)
    for batch in batches:
        if batch["status"] != "staging":
            both.here.finalize_batch(batch["name"])
    return done


def _walk(both: Accounts, done: Copied, project: str | None) -> None:
    """Copies the tasks of a project, or of the account, a page at a time."""
    note = _note(both, project)
    with bar() as shown:
        line = shown.add_task("tasks" if project is None else f"tasks of {project}", total=None)
        for page in _pages(both, project, note):
            for each in page:
                task = each.as_dict()
                done.tasks += _tried(both, done, "task", task["task_id"], _task, task)
            shown.update(line, advance=len(page.docs), total=page.total)
            if page.has_more:
                note.parent.mkdir(parents=True, exist_ok=True)
                note.write_bytes(msgspec.json.encode(Place(page.next_token)))
    note.unlink(missing_ok=True)


def _pages(both: Accounts, project: str | None, note: Path) -> Iterator[Any]:
    """The pages of a list of tasks, newest first, from where the last try stopped."""
    token = _read(note)
    while True:
        asked = {"project": project, "limit": PAGE, "include_attachment_url": True, "next_token": token}
        page = both.there.tasks(**{name: value for name, value in asked.items() if value is not None})
        yield page
        token = page.next_token
        if not page.has_more or not token:
            return


def _note(both: Accounts, project: str | None) -> Path:
    what = "\n".join([both.there.api.base_api_url, both.here.api.base_api_url, project or ""])
    # Accounts are told apart by what only their keys show; of a key no more than a part of a digest is used.
    keys = both.there.api.api_key + both.here.api.api_key
    return note_folder() / f"scale-{hashlib.sha256((what + keys).encode()).hexdigest()[:32]}.json"


def _read(note: Path) -> str | None:
    try:
        return msgspec.json.decode(note.read_bytes(), type=Place).next_token
    except (OSError, msgspec.DecodeError):
        return None


def _tried(
    both: Accounts,
    done: Copied,
    what: str,
    name: str,
    act: Callable[[Accounts, dict[str, Any]], None],
    told: dict[str, Any],
) -> bool:
    """Whether something was copied; what was refused is counted. Raises BadSource where the next would fail as well."""
    try:
        act(both, told)
    except both.error as error:
        code = getattr(error, "code", None)
        why = str(getattr(error, "message", None) or error)
        if not isinstance(code, int) or code in {401, 403, 429} or code >= 500:
            mend = "Mend what is wrong, and run this again: it goes on where it stopped."
            raise BadSource(f"{what} {name}: {why}", mend=mend) from error
        if code == NOT_ENABLED:
            done.unlabeled[str(told.get("type"))] = done.unlabeled.get(str(told.get("type")), 0) + 1
        done.refuse(f"{what} {name}", why)
        return False
    return True


def _project(both: Accounts, told: dict[str, Any]) -> None:
    """A project with all versions of its parameters; of one that is here already, those that are missing."""
    history = [
        {key: value for key, value in version.items() if key not in _OF_VERSION and value is not None}
        for version in told.get("param_history") or []
    ]
    known = _here(both, lambda: both.here.get_project(told["name"]))
    if known is None:
        names = {"name": "name", "type": "type", "rapid": "rapid", "studio": "studio", "datasetId": "datasetId"}
        made = {here: told[there] for here, there in names.items() if told.get(there) is not None}
        both.here.api.post_request("projects", body=made | ({"params": history[0]} if history else {}))
        history = history[1:]
    else:
        history = history[len(known["param_history"]) :]
    for version in history:
        both.here.api.post_request(f"projects/{quote(told['name'], safe='')}/setParams", body=version)


def _batch(both: Accounts, told: dict[str, Any]) -> None:
    """A batch. One that is complete there is told of to nobody again: it comes without its address for callbacks."""
    if _here(both, lambda: both.here.get_batch(told["name"])) is None:
        both.here.create_batch(
            told["project"], told["name"], callback="" if told["status"] == "completed" else told.get("callback") or "",
            calibration_batch=bool(told.get("calibration_batch")), self_label_batch=bool(told.get("self_label_batch")),
            metadata=told.get("metadata") or {},
        )  # fmt: skip


def _here(both: Accounts, ask: Callable[[], Any]) -> dict[str, Any] | None:
    try:
        return ask().as_dict()
    except both.error as error:
        if getattr(error, "code", None) == 404:
            return None
        raise


def _task(both: Accounts, told: dict[str, Any]) -> None:
    """A task. Files that were uploaded there are fetched through signed addresses: their own say nothing here."""
    params, signed = dict(told.get("params") or {}), told.get("attachment_url")
    if str(params.get("attachment")).startswith(UPLOADED) and signed:
        params["attachment"] = signed
    params = _readable(both, told["task_id"], params)
    body = {key: value for key, value in told.items() if key != "attachment_url"} | {"params": params}
    both.here.api.post_request(f"imported_tasks/{told['type']}", body=body)


def _readable(both: Accounts, task_id: str, value: Any) -> Any:
    """Parameters with an address that can be read in place of each uploaded file's; as it is where there is none."""
    if isinstance(value, dict):
        return {key: _readable(both, task_id, each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_readable(both, task_id, each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, str) or not value.startswith(UPLOADED):
        return value
    id = quote(value.rstrip("/").rpartition("/")[2], safe="")
    try:
        told = both.there.api.get_request(f"task/{task_id}/response_url/{id}")
    except both.error as error:
        if getattr(error, "code", None) in {400, 404}:
            return value
        raise
    return told.get("url") or value if isinstance(told, dict) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
