"""What others may react to."""

from fairmark.kernel.actor import Mode
from fairmark.kernel.events import Event


class CallbacksChanged(Event, tag="scale.callbacks_changed", frozen=True, kw_only=True):
    """Callbacks of a world go to another address by default, or carry another key; `changed` names which."""

    mode: Mode
    url: str
    changed: tuple[str, ...]
