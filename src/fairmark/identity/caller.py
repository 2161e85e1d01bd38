"""How a request names its caller: Authorization header or cookie, organisation header, CSRF token, origin, address."""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

from litestar.datastructures import Cookie

from fairmark.identity import actors, rules, tokens
from fairmark.identity.model import BadCredentials, CrossSite, NoSuchOrganisation, SignIn, Visit
from fairmark.kernel.actor import NOBODY, Actor, ActorKind, Permission, require
from fairmark.kernel.db import Tx
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


@asynccontextmanager
async def own_work(request: Req) -> AsyncGenerator[Tx]:
    """One transaction of a person about themself: in no organisation, whatever the header says.

    Raises NotSignedIn, and Forbidden for an API key.
    """
    actor = await require_person(request)
    async with site(request).db.begin(actor=actor) as tx:
        yield tx


async def require_person(request: Req) -> Actor:
    """The person who asks, without any organisation. Raises NotSignedIn, and Forbidden for an API key."""
    actor = await person_of(request)
    require(actor, Permission.SELF)
    return actor


async def person_of(request: Req) -> Actor:
    """Who asks, without any organisation or role: a person, a key, or NOBODY."""
    actor = await _authenticate(request, None)
    if actor.kind is not ActorKind.PERSON:
        return actor
    return Actor(kind=ActorKind.PERSON, person_id=actor.person_id, session_id=actor.session_id, is_admin=actor.is_admin)


async def _authenticate(request: Req, org_id: OrgId | None) -> Actor:
    header = request.headers.get("authorization")
    token = _authorization(header) if header else session_cookie(request)
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
        _check_csrf(request, opened.secret, actor)
    return actor


def session_cookie(request: Req) -> str | None:
    """The session token of the cookie; an API key in a cookie is none."""
    token = request.cookies.get(SESSION_COOKIE)
    return token if token and tokens.is_session(token) else None


def csrf_token(secret: bytes, session_id: SessionId) -> str:
    """What a browser must send along to show that our own page made the request; bound to one session."""
    digest = hmac.new(secret, b"csrf\n" + session_id.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _check_csrf(request: Req, secret: bytes, actor: Actor) -> None:
    assert actor.session_id is not None
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), csrf_token(secret, actor.session_id).encode()):
        raise CrossSite(
            "The CSRF token of this session is missing or wrong.",
            mend=f"Send the cookie {CSRF_COOKIE} as header X-Fairmark-CSRF; signing in again gives a fresh one.",
        )


def refuse_cross_site(request: Req) -> None:
    """Raises CrossSite if the browser says that another site caused this request."""
    origin = request.headers.get("origin")
    if origin is None:
        crossing = request.headers.get("sec-fetch-site") == "cross-site"
    else:
        crossing = not _same_site(origin, site(request).settings.public_url, request.headers.get("host", ""))
    if crossing:
        raise CrossSite(
            f"This request came from another site: {(origin or 'unknown')[:200]}.",
            mend="Use fairmark's own pages, or an API key. Operators: check the setting public_url.",
        )


def _same_site(origin: str, public_url: str, host: str) -> bool:
    # The host counts as well as public_url: people also come by another name of the same machine, and a page that was
    # loaded under a foreign name never has our cookie.
    try:
        theirs, ours = urlsplit(origin), urlsplit(public_url)
    except ValueError:
        return False
    if theirs.scheme not in {"http", "https"} or not theirs.netloc:
        return False
    return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc) or theirs.netloc == host


def visit_of(request: Req) -> Visit:
    """Where a request comes from, for the list of sessions and for rate limits."""
    trusted = site(request).settings.trusted_proxies
    peer = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getall("x-forwarded-for", []))
    return Visit(
        address=rules.client_address(peer, forwarded, trusted),
        user_agent="".join(c for c in request.headers.get("user-agent", "") if c.isprintable())[:300],
    )


def session_cookies(request: Req, signed_in: SignIn) -> list[Cookie]:
    """The cookies of a sign-in. Pages read the CSRF token; the session itself no script can read."""
    opened = site(request)
    secure = opened.settings.public_url.startswith("https:")
    lasts = opened.settings.session_s
    csrf = csrf_token(opened.secret, signed_in.session_id)
    return [
        Cookie(SESSION_COOKIE, value=signed_in.token, max_age=lasts, httponly=True, samesite="lax", secure=secure),
        Cookie(CSRF_COOKIE, value=csrf, max_age=lasts, httponly=False, samesite="lax", secure=secure),
    ]


def no_cookies() -> list[Cookie]:
    """Takes the cookies of a sign-in away."""
    return [Cookie(name, value="", max_age=0, samesite="lax") for name in (SESSION_COOKIE, CSRF_COOKIE)]


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
