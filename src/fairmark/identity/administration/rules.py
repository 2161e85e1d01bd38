"""Decisions of administration: who may be kept out."""

from collections.abc import Collection

from fairmark.identity.administration.model import LastAdministrator, NotYourself
from fairmark.kernel.ids import PersonId


def check_disable(asks: PersonId | None, id: PersonId, administrators: Collection[PersonId]) -> None:
    """Whether a person may be kept out. asks: the administrator who wants it; None: the operator at the machine.
    administrators: those who may sign in now. Raises NotYourself, LastAdministrator.
    """
    if id == asks:
        raise NotYourself("You cannot keep yourself out.", mend="Ask another administrator.")
    if id in administrators and len(administrators) == 1:
        raise LastAdministrator(
            "This is the last administrator: nobody could let anybody in again.",
            mend="Let another administrator in again first.",
        )
