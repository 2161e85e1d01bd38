"""The border of identity: who sent a request; and one route per use case."""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from urllib.parse import urlsplit
from uuid import UUID

from fairmark.identity import actors, tokens
from fairmark.identity.model import BadCredentials, CrossSite, NoSuchOrganisation
from fairmark.kernel.actor import NOBODY, Actor
from fairmark.kernel.http import Req, site
from fairmark.kernel.ids import OrgId, SessionId

SESSION_COOKIE = "fairmark_session"
CSRF_COOKIE = "fairmark_csrf"
CSRF_HEADER = "x-fairmark-csrf"
ORG_HEADER = "x-fairmark-org"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def authenticate(request: Req) -> Actor:
    """Who asks, in the organisation of the header X-Fairmark-Org (or in their only one); NOBODY without credentials.

    Costs no statement while the caller is cached (see actors.py). An Authorization header wins over the cookie.
    Raises BadCredentials, CrossSite for a cookie request that another site could have caused, NoSuchOrganisation.
    """
    return await _authenticate(request, _org_asked(request))


async def _authenticate(request: Req, org_id: OrgId | None) -> Actor:
    header = request.headers.get("authorization")
    token = _authorization(header) if header else request.cookies.get(SESSION_COOKIE)
    if not token:
        return NOBODY
    opened = site(request)
    actor = await actors.find(opened.db, token, org_id, opened.settings.session_s)
    if actor is None:
        if not header:
            return NOBODY  # a stale cookie must not stand in the way of signing in again
        raise BadCredentials(
            "The key or session is not, or no longer, good.", mend="Check that it was copied whole, or make a new one."
        )
    if not header and request.method not in SAFE:
        refuse_cross_site(request)
        sent = request.headers.get(CSRF_HEADER, "")
        if actor.session_id is None or not hmac.compare_digest(
            sent.encode(), csrf_token(opened.secret, actor.session_id).encode()
        ):
            raise CrossSite(
                "The CSRF token of this session is missing or wrong.",
                mend=f"Send the cookie {CSRF_COOKIE} as header X-Fairmark-CSRF; signing in again gives a fresh one.",
            )
    return actor


def csrf_token(secret: bytes, session_id: SessionId) -> str:
    """What a browser must send along to show that our own page made the request; bound to one session."""
    digest = hmac.new(secret, b"csrf\n" + session_id.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def refuse_cross_site(request: Req) -> None:
    """Raises CrossSite if the browser says that another site caused this request."""
    origin = request.headers.get("origin")
    if origin is None:
        crossing = request.headers.get("sec-fetch-site") == "cross-site"
    else:
        ours = urlsplit(site(request).settings.public_url)
        theirs = urlsplit(origin)
        crossing = (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc) and theirs.netloc != (
            request.headers.get("host") or "-"
        )
    if crossing:
        raise CrossSite(
            f"This request came from another site: {(origin or 'unknown')[:200]}.",
            mend="Use fairmark's own pages, or an API key. Operators: check the setting public_url.",
        )


def _authorization(header: str) -> str:
    scheme, _, rest = header.partition(" ")
    rest = rest.strip()
    if scheme.lower() == "bearer" and rest:
        return rest
    if scheme.lower() == "basic":
        try:
            user, _, password = b64decode(rest, validate=True).decode("ascii").partition(":")
        except (BadBase64, ValueError):
            user, password = "", ""
        if tokens.key_org(user) is not None and not password:
            return user
    raise BadCredentials(
        "The Authorization header is not understood.",
        mend="Send 'Authorization: Bearer KEY', or Basic with the key as user name and no password.",
    )


def _org_asked(request: Req) -> OrgId | None:
    header = request.headers.get(ORG_HEADER)
    if not header:
        return None
    try:
        return OrgId(UUID(header))
    except ValueError:
        raise NoSuchOrganisation(
            "The header X-Fairmark-Org is no organisation's id.", mend="Send an id that GET /api/v1/me lists."
        ) from None
