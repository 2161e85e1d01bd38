"""Small models made here: the encoder passes colours on, the decoder takes what is coloured like the first point."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64
MANIFEST = f"""
title = "Like this colour"

[image]
input = "image"
width = {SIDE}
height = {SIDE}
mean = [0, 0, 0]
std = [255, 255, 255]

[embeddings]
features = "features"

[prompt]
pads = true

[answer]
masks = "masks"
scores = "scores"
"""
FLOAT = TensorProto.FLOAT


def value(name: str, *shape: int | str) -> Any:
    """A float input or output."""
    return helper.make_tensor_value_info(name, FLOAT, list(shape))


def numbers(name: str, array: Any) -> Any:
    """A constant of the graph."""
    return numpy_helper.from_array(np.asarray(array), name)


def save(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: list[Any]) -> None:
    """Writes a checked ONNX file."""
    graph = helper.make_graph(nodes, "made", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def make_model(
    folder: Path, *, times: float = 1.0, masks: str = "masks", manifest: str = MANIFEST, side: int = SIDE
) -> Path:
    """Writes a model's folder. times: what the colours are multiplied with; NaN makes a bad embedding. side: of the
    image that it sees, pixels."""
    folder.mkdir(parents=True)
    (folder / "model.toml").write_text(manifest.replace(f" = {SIDE}\n", f" = {side}\n"))
    image = value("image", 1, 3, side, side)
    features = value("features", 1, 3, side, side)
    node = helper.make_node
    save(
        folder / "encoder.onnx",
        [node("Mul", ["image", "times"], ["features"])],
        [image],
        [features],
        [numbers("times", np.float32(times))],
    )
    save(
        folder / "decoder.onnx",
        [
            # The colour at the first point: [1, 2] as (row, column) into [rows, columns, 3].
            node("Gather", ["point_coords", "first"], ["at"], axis=1),
            node("Floor", ["at"], ["whole"]),
            node("Cast", ["whole"], ["cell"], to=TensorProto.INT64),
            node("Gather", ["cell", "swap"], ["place"], axis=1),
            node("Transpose", ["features"], ["last"], perm=[0, 2, 3, 1]),
            node("Squeeze", ["last", "zero"], ["grid"]),
            node("GatherND", ["grid", "place"], ["colour"]),
            node("Reshape", ["colour", "shape"], ["wanted"]),
            # 0.05 less the squared distance of each colour to it.
            node("Sub", ["features", "wanted"], ["difference"]),
            node("Mul", ["difference", "difference"], ["squared"]),
            node("ReduceSum", ["squared", "channels"], ["distance"], keepdims=1),
            node("Sub", ["near", "distance"], [masks]),
            node("Identity", ["sure"], ["scores"]),
        ],
        [features, value("point_coords", 1, "n", 2), value("point_labels", 1, "n")],
        [value(masks, 1, 1, side, side), value("scores", 1, 1)],
        [
            numbers("first", np.int64(0)),
            numbers("swap", np.asarray([1, 0], np.int64)),
            numbers("zero", np.asarray([0], np.int64)),
            numbers("shape", np.asarray([1, 3, 1, 1], np.int64)),
            numbers("channels", np.asarray([1], np.int64)),
            numbers("near", np.float32(0.05)),
            numbers("sure", np.asarray([[0.9]], np.float32)),
        ],
    )
    return folder
