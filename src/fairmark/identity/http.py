"""The border of identity: who sends a request (`authenticate`), and its routes from the three http_*.py beside,
and from the administrators' side."""

from typing import Any

from fairmark.identity import http_invitations, http_me, http_organisations
from fairmark.identity.administration import http as administration
from fairmark.identity.caller import authenticate as authenticate
from fairmark.identity.http_invitations import invitation_routes as invitation_routes

ROUTES: list[Any] = [*http_me.ROUTES, *http_organisations.ROUTES, *http_invitations.ROUTES, *administration.ROUTES]
"""All but `invitation_routes`, which wiring calls with the workforce package's service."""
