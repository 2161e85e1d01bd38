"""The arithmetic between pixels, prompts and a model's arrays, and the checks of what comes out of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fairmark.modalities.image.marks.mask import encode
from fairmark.predictions.model import FoundMask, ImageInput, Manifest, Prompt

Floats = NDArray[np.float32]
MASKS_MAX = 16


class Unfit(Exception):
    """The model gave something that it does not promise; the text says what."""


class Frame(NamedTuple):
    """How the image lies in what the encoder takes: its own size, and the size that it has there."""

    width: int
    height: int
    inner_width: int
    inner_height: int

    @property
    def scale(self) -> tuple[float, float]:
        return self.inner_width / self.width, self.inner_height / self.height


def frame_of(wanted: ImageInput, width: int, height: int) -> Frame:
    """Where an image of this size lies in the encoder's image."""
    if wanted.fit == "stretch":
        return Frame(width, height, wanted.width, wanted.height)
    scale = min(wanted.width / width, wanted.height / height)
    return Frame(width, height, max(1, round(width * scale)), max(1, round(height * scale)))


def pixels_for(wanted: ImageInput, image: Image.Image) -> Floats:
    """The encoder's input. image: RGB, upright."""
    frame = frame_of(wanted, *image.size)
    small = np.asarray(image.resize((frame.inner_width, frame.inner_height), Image.Resampling.BILINEAR), np.float32)
    values = (small - np.asarray(wanted.mean, np.float32)) / np.asarray(wanted.std, np.float32)
    padded = np.zeros((wanted.height, wanted.width, 3), np.float32)
    padded[: frame.inner_height, : frame.inner_width] = values
    return padded[None] if wanted.layout == "nhwc" else np.ascontiguousarray(padded.transpose(2, 0, 1)[None])


def prompt_for(manifest: Manifest, prompt: Prompt, frame: Frame) -> dict[str, Floats]:
    """The decoder's inputs beside the embedding."""
    wanted = manifest.prompt
    places = [(point.x, point.y, 1.0 if point.on else 0.0) for point in prompt.points]
    if prompt.box is not None:
        left, top, right, bottom = prompt.box
        places += [(left, top, 2.0), (right, bottom, 3.0)]
    table = np.asarray(places, np.float32)
    coords = table[:, :2] * np.asarray(frame.scale, np.float32)
    labels = table[:, 2]
    if wanted.pads and prompt.box is None:
        coords = np.concatenate([coords, np.zeros((1, 2), np.float32)])
        labels = np.concatenate([labels, np.full(1, -1, np.float32)])
    inputs: dict[str, Floats] = {wanted.coords: coords[None], wanted.labels: labels[None]}
    if wanted.size:
        inputs[wanted.size] = np.asarray([frame.height, frame.width], np.float32)
    for name, constant in wanted.constants.items():
        inputs[name] = np.full(constant.shape, constant.value, np.float32)
    return inputs


def masks_from(manifest: Manifest, outputs: Mapping[str, Any], frame: Frame) -> tuple[FoundMask, ...]:
    """The masks at the size of the image, the surest first; those without a pixel are left out. Raises Unfit."""
    answer = manifest.answer
    masks, scores = _array(outputs, answer.masks), _array(outputs, answer.scores)
    if masks.ndim != 4 or masks.shape[0] != 1 or not 1 <= masks.shape[1] <= MASKS_MAX or 0 in masks.shape:
        raise Unfit(f"its output {answer.masks!r} has the shape {masks.shape}, not [1, up to {MASKS_MAX}, h, w]")
    if scores.size != masks.shape[1]:
        raise Unfit(f"its output {answer.scores!r} has the shape {scores.shape} for {masks.shape[1]} masks")
    found: list[FoundMask] = []
    for logits, score in zip(masks[0], scores.ravel(), strict=True):
        on = _at_full_size(logits, frame) > answer.threshold
        mask = encode(on)
        if mask is not None:
            sure = float(min(1.0, max(0.0, score)))
            found.append(FoundMask(mask["x"], mask["y"], mask["width"], mask["height"], tuple(mask["runs"]), sure))
    return tuple(sorted(found, key=lambda mask: -mask.score))


def _array(outputs: Mapping[str, Any], name: str) -> Floats:
    if name not in outputs:
        raise Unfit(f"it has no output {name!r}, but {', '.join(sorted(outputs))}")
    array = np.asarray(outputs[name])
    if array.dtype.kind not in "fiub":
        raise Unfit(f"its output {name!r} holds no numbers")
    values = array.astype(np.float32)
    if not np.isfinite(values).all():
        raise Unfit(f"its output {name!r} holds what is no number (NaN or infinite)")
    return values


def _at_full_size(logits: Floats, frame: Frame) -> Floats:
    """Masks of the encoder's image without its padding, enlarged between pixels; those at full size as they are."""
    if logits.shape == (frame.height, frame.width):
        return logits
    return np.asarray(
        Image.fromarray(logits).resize((frame.width, frame.height), Image.Resampling.BILINEAR), dtype=np.float32
    )


def inner(masks: Floats, manifest: Manifest, frame: Frame) -> Floats:
    """[1, m, h, w] without the padding of the encoder's image, unless the masks have the size of the image itself."""
    if masks.ndim != 4 or masks.shape[2:] == (frame.height, frame.width):
        return masks
    height = max(1, round(masks.shape[2] * frame.inner_height / manifest.image.height))
    width = max(1, round(masks.shape[3] * frame.inner_width / manifest.image.width))
    return masks[:, :, :height, :width]
