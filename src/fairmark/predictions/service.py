"""Which models there are, and what one sees in the image of a worker's own task."""

from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from fairmark.assets.service import get_assets
from fairmark.assets.staging import local_copy
from fairmark.kernel import json
from fairmark.kernel.blobs import asset_key
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, AssignmentId, OrgId
from fairmark.kernel.settings import Settings
from fairmark.predictions import rules
from fairmark.predictions.model import BadPrompt, Found, ModelInfo, ModelsMissing, NoSuchModel, Prompt
from fairmark.predictions.running.model import Ask
from fairmark.predictions.running.service import runner
from fairmark.tasks.turns import own_turn


class Subject(NamedTuple):
    """The image that is asked about."""

    org_id: OrgId
    sha256: str
    width: int
    height: int


def models(settings: Settings) -> list[ModelInfo]:
    """The models in the operator's folder, by name; none where none is set. Raises ModelBroken for a bad manifest."""
    if not settings.models_dir:
        return []
    folder = Path(settings.models_dir)
    found = sorted(each.parent for each in folder.glob(f"*/{rules.MANIFEST}"))[: rules.MODELS_MAX]
    manifests = [(each.name, rules.read_manifest(each)) for each in found]
    return [ModelInfo(name, manifest.title, manifest.version) for name, manifest in manifests]


async def subject(tx: Tx, id: AssignmentId, asset: int, prompt: Prompt) -> Subject:
    """The image of the caller's own assignment. Raises NoSuchAssignment, BadPrompt."""
    row = await own_turn(tx, id)
    media: list[dict[str, Any]] = json.decode(row["media"]) if row["media"] else []
    found = await get_assets(tx, [AssetId(UUID(each["asset_id"])) for each in media[asset : asset + 1]])
    (image,) = found.values() if found else (None,)
    if image is None or image.sha256 is None or not image.width or not image.height:
        raise BadPrompt(f"The item has no image {asset}.", mend="Send the index of one of its images.")
    rules.check_prompt(prompt, image.width, image.height)
    return Subject(tx.org_id, image.sha256, image.width, image.height)


async def ask(site: Site, model: str, about: Subject, prompt: Prompt) -> Found:
    """What the model sees. Outside of any transaction: it may take seconds.

    Raises ModelsMissing, NoSuchModel, ModelBusy, ModelBroken.
    """
    settings = site.settings
    if not settings.models_dir:
        raise ModelsMissing("This installation has no models.", mend="The operator can add some: see their guide.")
    folder = Path(settings.models_dir) / model
    if folder.parent != Path(settings.models_dir) or not (folder / rules.MANIFEST).is_file():
        raise NoSuchModel(f"There is no model {model!r}.", mend="Ask for the list of models.")
    version = rules.read_manifest(folder).version
    # The embedding belongs to the organisation's own copy: who has not the image learns nothing of it.
    async with local_copy(site, asset_key(about.org_id, bytes.fromhex(about.sha256))) as path:
        masks = await runner(settings).ask(Ask(str(folder), str(path), f"{about.org_id}/{about.sha256}", prompt))
    return Found(model, masks, version)
