"""What the server and the process that runs models say to each other, each message behind its length."""

import msgspec

from fairmark.predictions.model import FoundMask, Prompt


class Ask(msgspec.Struct, frozen=True):
    """folder: that of the model. image: its file, sha256 the name under which its embedding is kept."""

    folder: str
    image: str
    sha256: str
    prompt: Prompt


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    masks: tuple[FoundMask, ...]
    """seen: the embedding was known."""
    seen: bool


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """why: in words for people."""

    why: str


Reply = Answered | Failed
