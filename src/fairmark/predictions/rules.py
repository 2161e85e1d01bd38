"""Decisions without touching: which folders are models, whether a prompt makes sense."""

import math
import tomllib
from pathlib import Path

import msgspec

from fairmark.predictions.model import BadPrompt, Manifest, ModelBroken, Prompt

MANIFEST = "model.toml"
MODELS_MAX = 50


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a model's folder. Raises ModelBroken, and says what is wrong with it."""
    try:
        manifest = msgspec.convert(tomllib.loads((folder / MANIFEST).read_text("utf-8")), Manifest)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ModelBroken(
            f"The manifest of the model {folder.name!r} cannot be read: {error}.",
            mend="Tell the operator; the guide for operators shows a manifest.",
        ) from error
    for name in (manifest.encoder, manifest.decoder):
        # A manifest names files beside it, and no others of the machine.
        if Path(name).name != name or not (folder / name).is_file():
            raise ModelBroken(f"The model {folder.name!r} has no file {name!r}.", mend="Tell the operator.")
    return manifest


def check_prompt(prompt: Prompt, width: int, height: int) -> None:
    """Raises BadPrompt unless something inside the image is pointed at."""
    if not prompt.points and prompt.box is None:
        raise BadPrompt("Nothing is pointed at.", mend="Send points, a box, or both.")
    places = [(point.x, point.y) for point in prompt.points]
    if prompt.box is not None:
        left, top, right, bottom = prompt.box
        if not (left < right and top < bottom):
            raise BadPrompt("The box has no inside.", mend="Send left, top, right, bottom.")
        places += [(left, top), (right, bottom)]
    for x, y in places:
        if not (math.isfinite(x) and math.isfinite(y) and 0 <= x <= width and 0 <= y <= height):
            raise BadPrompt(f"({x:g}, {y:g}) lies outside the image of {width} x {height} px.", mend="Point inside it.")
