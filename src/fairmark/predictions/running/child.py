"""The process that runs models: reads a question from its input, writes the answer to its output, until it is closed.

Started by `running.service`. Needs onnxruntime; that it is there is asked before.
"""

import struct
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

from fairmark.kernel.errors import FairmarkError, Invalid
from fairmark.predictions.model import Manifest
from fairmark.predictions.rules import read_manifest
from fairmark.predictions.running.inference import Unfit, frame_of, inner, masks_from, pixels_for, prompt_for
from fairmark.predictions.running.model import Answered, Ask, Failed, Reply

LENGTH = struct.Struct("<I")
EMBEDDINGS_BYTES_MAX = 512 << 20
"""Embeddings kept, of the images asked about last."""
MODELS_MAX = 2
"""Models kept loaded, those asked last."""


class Loaded(NamedTuple):
    manifest: Manifest
    encoder: Any
    decoder: Any


class Embedding(NamedTuple):
    """width, height: of the upright image. arrays: by the decoder's input."""

    width: int
    height: int
    arrays: dict[str, Any]

    @property
    def bytes(self) -> int:
        return sum(array.nbytes for array in self.arrays.values())


class Desk:
    """What one process has loaded and knows."""

    def __init__(self, threads: int, pixels_max: int, embeddings_bytes_max: int = EMBEDDINGS_BYTES_MAX) -> None:
        self._options = onnxruntime.SessionOptions()
        self._options.intra_op_num_threads = threads
        self._options.log_severity_level = 4
        self._pixels_max = pixels_max
        self._bytes_max = embeddings_bytes_max
        self._models: OrderedDict[str, Loaded] = OrderedDict()
        self._embeddings: OrderedDict[tuple[str, str], Embedding] = OrderedDict()

    def answer(self, ask: Ask) -> Reply:
        """Never raises: whatever a model does wrong comes back in words."""
        name = Path(ask.folder).name
        try:
            loaded = self._loaded(ask.folder)
            embedding, seen = self._embedding(ask, loaded)
            return Answered(_decoded(loaded, embedding, ask), seen)
        except FairmarkError as error:
            return Failed(error.message)
        except Unfit as error:
            return Failed(f"The model {name!r} does not answer as its manifest says: {error}.")
        except MemoryError:
            return Failed(f"The model {name!r} needs more memory than there is.")
        except Exception as error:  # a runtime's own errors have no common root
            return Failed(f"The model {name!r} failed: {str(error).strip()[:500]}")

    def _loaded(self, folder: str) -> Loaded:
        loaded = self._models.get(folder)
        if loaded is None:
            manifest = read_manifest(Path(folder))
            encoder, decoder = (
                onnxruntime.InferenceSession(
                    str(Path(folder) / name), self._options, providers=["CPUExecutionProvider"]
                )
                for name in (manifest.encoder, manifest.decoder)
            )
            loaded = self._models[folder] = Loaded(manifest, encoder, decoder)
        self._models.move_to_end(folder)
        while len(self._models) > MODELS_MAX:
            self._models.popitem(last=False)
        return loaded

    def _embedding(self, ask: Ask, loaded: Loaded) -> tuple[Embedding, bool]:
        key = (ask.folder, ask.sha256)
        known = self._embeddings.get(key)
        if known is not None:
            self._embeddings.move_to_end(key)
            return known, True
        image = self._image(ask.image)
        manifest = loaded.manifest
        names = list(manifest.embeddings)
        outputs = loaded.encoder.run(names, {manifest.image.input: pixels_for(manifest.image, image)})
        arrays = {manifest.embeddings[name]: array for name, array in zip(names, outputs, strict=True)}
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise Unfit(f"its embedding {name!r} holds what is no number (NaN or infinite)")
        made = Embedding(*image.size, arrays)
        self._embeddings[key] = made
        while sum(each.bytes for each in self._embeddings.values()) > self._bytes_max:
            self._embeddings.popitem(last=False)
        return made, False

    def _image(self, path: str) -> Image.Image:
        """Upright and RGB."""
        with Image.open(path) as opened:
            if opened.width * opened.height > self._pixels_max:
                raise Invalid(
                    f"The image has {opened.width} x {opened.height} pixels; models take {self._pixels_max} at most.",
                    mend="Mark it by hand, or raise image_megapixels_max.",
                )
            return (ImageOps.exif_transpose(opened) or opened).convert("RGB")


def _decoded(loaded: Loaded, embedding: Embedding, ask: Ask) -> tuple[Any, ...]:
    manifest = loaded.manifest
    frame = frame_of(manifest.image, embedding.width, embedding.height)
    inputs = embedding.arrays | prompt_for(manifest, ask.prompt, frame)
    names = [output.name for output in loaded.decoder.get_outputs()]
    outputs = dict(zip(names, loaded.decoder.run(None, inputs), strict=True))
    if manifest.answer.masks in outputs:
        outputs[manifest.answer.masks] = inner(np.asarray(outputs[manifest.answer.masks]), manifest, frame)
    return masks_from(manifest, outputs, frame)


def serve(questions: BinaryIO, answers: BinaryIO, desk: Desk) -> None:
    """Answers one question after another until there is none."""
    while len(head := questions.read(LENGTH.size)) == LENGTH.size:
        ask = msgspec.msgpack.decode(questions.read(LENGTH.unpack(head)[0]), type=Ask)
        body = msgspec.msgpack.encode(desk.answer(ask))
        answers.write(LENGTH.pack(len(body)) + body)
        answers.flush()


if __name__ == "__main__":
    Image.MAX_IMAGE_PIXELS = None  # the desk asks for itself: Pillow's limit errs at twice what it says
    serve(sys.stdin.buffer, sys.stdout.buffer, Desk(int(sys.argv[1]), int(sys.argv[2])))
