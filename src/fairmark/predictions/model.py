"""What a model's manifest says, what is asked of it and what it answers, and what can go wrong."""

from typing import Annotated

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Conflict, Invalid, NotFound, TooOften, Unavailable

POINTS_MAX = 100
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Side = Annotated[int, Meta(ge=8, le=8192)]
Levels = Annotated[tuple[float, ...], Meta(min_length=3, max_length=3)]
Shape = Annotated[tuple[Annotated[int, Meta(ge=1, le=8192)], ...], Meta(max_length=6)]


class ModelsMissing(Conflict):
    """This installation runs no models."""

    code = "models_missing"


class NoSuchModel(NotFound):
    """The folder holds no model of this name."""

    code = "no_such_model"


class ModelBroken(Unavailable):
    """The model, or its manifest, is not what it says: a wrong shape, no number, a crash, no answer in time."""

    code = "model_broken"


class ModelBusy(TooOften):
    """More is asked than the model can answer."""

    code = "model_busy"


class BadPrompt(Invalid):
    """What was pointed at lies outside the image, or nothing was."""

    code = "bad_prompt"


class ImageInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the encoder takes: an image of [1, 3, height, width] (nchw) or [1, height, width, 3] (nhwc), float32.

    fit: `pad` keeps proportions, the rest to the right and below being 0; `stretch` fills it. mean, std: of levels from
    0 to 255, red, green, blue; a pixel is (level - mean) / std.
    """

    input: Name
    width: Side
    height: Side
    layout: Annotated[str, Meta(pattern="^(nchw|nhwc)$")] = "nchw"
    fit: Annotated[str, Meta(pattern="^(pad|stretch)$")] = "pad"
    mean: Levels = (123.675, 116.28, 103.53)
    std: Levels = (58.395, 57.12, 57.375)


class Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A further input of the decoder that is always the same, float32."""

    shape: Shape
    value: float = 0.0


class PromptInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the decoder takes of a prompt: places [1, n, 2] as x, y in pixels of the encoder's image, and what each is
    [1, n]: 1 on the thing, 0 beside it, 2 and 3 the corners of a box. pads: without a box one more place (0, 0) of -1.

    size: the input for the image's own height and width [2], for decoders that answer at full size; empty: none.
    """

    coords: Name = "point_coords"
    labels: Name = "point_labels"
    pads: bool = True
    size: Annotated[str, Meta(max_length=200)] = ""
    constants: dict[str, Constant] = {}


class Outputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the decoder answers: masks [1, m, h, w], on where above `threshold`, and their scores [1, m], 0 to 1.

    h and w: those of the image itself, or any others for masks of the encoder's image.
    """

    masks: Name = "masks"
    scores: Name = "iou_predictions"
    threshold: float = 0.0


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """model.toml. embeddings: by output of the encoder, the input of the decoder that takes it. version: which one of
    this name it is; marks keep it, so that one can tell later what made them.
    """

    title: Name
    image: ImageInput
    embeddings: Annotated[dict[str, Name], Meta(min_length=1, max_length=8)]
    encoder: Name = "encoder.onnx"
    decoder: Name = "decoder.onnx"
    prompt: PromptInput = msgspec.field(default_factory=PromptInput)
    answer: Outputs = msgspec.field(default_factory=Outputs)
    version: Annotated[str, Meta(max_length=200)] = ""


class ModelInfo(msgspec.Struct, frozen=True):
    """A model that can be asked. version: as its manifest says; empty where it does not."""

    id: str
    title: str
    version: str = ""


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place on the thing, or beside it; pixels of the upright full-size image."""

    x: float
    y: float
    on: bool = True


class Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is pointed at. box: its left, top, right and bottom."""

    points: Annotated[tuple[Point, ...], Meta(max_length=POINTS_MAX)] = ()
    box: Annotated[tuple[float, ...], Meta(min_length=4, max_length=4)] | None = None


class FoundMask(msgspec.Struct, frozen=True):
    """A mask, as documents hold it, and how sure the model is, 0 to 1."""

    x: int
    y: int
    width: int
    height: int
    runs: tuple[int, ...]
    score: float


class Found(msgspec.Struct, frozen=True):
    """The model's masks, the surest first; none where it sees nothing. version: as its manifest says, or empty."""

    model: str
    masks: tuple[FoundMask, ...]
    version: str = ""
