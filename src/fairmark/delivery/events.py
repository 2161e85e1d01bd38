"""What others may react to. What becomes of a single delivery is no event: a webhook would be sent its own failures."""

from fairmark.kernel.events import Event
from fairmark.kernel.ids import ExportId, WebhookId


class WebhookCreated(Event, tag="webhook.created", frozen=True, kw_only=True):
    """Events go to a new address from now on."""

    webhook_id: WebhookId
    url: str


class WebhookChanged(Event, tag="webhook.changed", frozen=True, kw_only=True):
    """A webhook got another address, filter or secret, or was started again; `changed` names which."""

    webhook_id: WebhookId
    changed: tuple[str, ...]


class WebhookPaused(Event, tag="webhook.paused", frozen=True, kw_only=True):
    """A webhook gets nothing for now: by hand, or because its address answered that it is gone."""

    webhook_id: WebhookId
    reason: str


class WebhookDeleted(Event, tag="webhook.deleted", frozen=True, kw_only=True):
    """A webhook and its log were removed."""

    webhook_id: WebhookId
    url: str


class ExportRequested(Event, tag="export.requested", frozen=True, kw_only=True):
    """Somebody asked for results as a file."""

    export_id: ExportId
    format: str


class ExportDone(Event, tag="export.done", frozen=True, kw_only=True):
    """The file is there to be downloaded."""

    export_id: ExportId
    format: str
    items: int
    bytes: int


class ExportFailed(Event, tag="export.failed", frozen=True, kw_only=True):
    """The file could not be made; `code` and `message` say why."""

    export_id: ExportId
    code: str
    message: str


class ExportCancelled(Event, tag="export.cancelled", frozen=True, kw_only=True):
    """Somebody called an export off."""

    export_id: ExportId
