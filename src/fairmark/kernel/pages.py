"""Cursors of paged lists: an id, read back with care."""

from uuid import UUID

from fairmark.kernel.errors import Invalid


class BadPage(Invalid):
    """`after` is not the `next` of an earlier page."""

    code = "bad_page"


def after_id(after: str) -> UUID:
    """The id in a page cursor. Raises BadPage."""
    try:
        return UUID(after)
    except ValueError as error:
        raise BadPage(
            f"'{after[:60]}' is no page cursor.", mend="Use `next` of the page before, as it was given."
        ) from error
