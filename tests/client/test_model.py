"""The answers that the client writes down for itself are those that the server gives."""

import inspect
from typing import Any, get_type_hints

import msgspec
import pytest

from fairmark.client import model
from fairmark.identity import accounts, http_invitations, http_me, http_organisations
from fairmark.kernel import http
from fairmark.tasks import desk
from fairmark.tasks import http as tasks_http

SERVERS: dict[str, Any] = {
    "Page": http.Page, "Me": accounts.Me, "SignedIn": http_me.SignedIn, "FirstStartNeeded": http_me.FirstStartNeeded,
    "InvitationMade": http_invitations.InvitationMade, "Accepted": http_invitations.Accepted,
    "KeyMade": http_organisations.KeyMade, "Allowed": http_organisations.Allowed,
    "DraftKept": tasks_http.DraftKept, "WorkOffer": desk.WorkOffer, "Rules": desk.Rules, "Task": desk.Task,
    "TurnLine": desk.TurnLine, "ReviewLine": desk.ReviewLine, "EventLine": desk.EventLine, "History": desk.History,
}  # fmt: skip


def shape(struct: Any) -> list[tuple[str, str, bool]]:
    """Each field's name, its type in words, and whether it may be left out."""
    hints = get_type_hints(struct)
    return [(field.encode_name, _words(hints[field.name]), field.required) for field in msgspec.structs.fields(struct)]


def _words(hint: Any) -> str:
    """A type without the module it lies in. Raw JSON is a dict to those who read it."""
    text = str(hint).replace("msgspec.Raw", "dict[str, typing.Any]").replace("<class 'msgspec.Raw'>", "dict")
    parts = text.replace("<class '", "").replace("'>", "").replace("[", " [ ").replace("]", " ] ").replace("|", " | ")
    return " ".join(word.rpartition(".")[2] for word in parts.replace(",", " , ").split())


class TestOwnStructs:
    @pytest.mark.parametrize("name", sorted(SERVERS))
    def test_have_the_servers_fields(self, name: str) -> None:
        assert shape(getattr(model, name)) == shape(SERVERS[name])

    def test_are_all_held_against_the_servers(self) -> None:
        own = {
            name for name, value in inspect.getmembers(model, inspect.isclass)
            if value.__module__ == model.__name__ and issubclass(value, msgspec.Struct)
        }  # fmt: skip
        assert own == set(SERVERS)
