"""Decisions about people and organisations: who may give which role, which invitation works, who tried too often."""

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from fairmark.identity.model import (
    BadEmail,
    BadExpiry,
    BadInvitation,
    BadName,
    BadPreferences,
    Belonging,
    Invitation,
    LastOwner,
    NoSuchInvitation,
    TooManyTries,
)
from fairmark.kernel import json
from fairmark.kernel.actor import Actor, ActorKind, MemberRole, Mode, Permission, allowed, require
from fairmark.kernel.errors import Forbidden
from fairmark.kernel.ids import PersonId, WorkforceId

TRIES_WINDOW: Final = timedelta(minutes=15)
PREFERENCES_BYTES_MAX: Final = 16_384

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")


def clean_name(name: str, where: str) -> str:
    """`name` without blanks around it, in Unicode NFC. Raises BadName if nothing, or a control character, is left."""
    cleaned = unicodedata.normalize("NFC", name).strip()
    if not cleaned or any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in cleaned):
        raise BadName(f"{where} is empty or holds control characters.", mend="Write a name on one line.", field=where)
    return cleaned


def clean_email(email: str) -> str:
    """`email` as it is stored and compared: no blanks around it, lower case. Raises BadEmail."""
    cleaned = unicodedata.normalize("NFC", email).strip().lower()
    if not _EMAIL.fullmatch(cleaned):
        raise BadEmail(f"'{email[:100]}' is no e-mail address.", mend="Write it as name@host.")
    return cleaned


def merge_preferences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """`old` with the keys of `new` laid over; null takes a key away. Raises BadPreferences if that grows too big."""
    merged = {key: value for key, value in (old | new).items() if value is not None}
    if len(json.encode_bytes(merged)) > PREFERENCES_BYTES_MAX:
        raise BadPreferences(
            f"The preferences are over {PREFERENCES_BYTES_MAX} bytes.", mend="Remove keys by setting them to null."
        )
    return merged


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    """Raises BadExpiry for a time that has passed."""
    if expires_at is not None and expires_at <= now:
        raise BadExpiry(f"{expires_at.isoformat()} has passed.", mend="Give a time to come, or leave it out.")


# ---------------------------------------------------------------------------------------------- roles


def check_role_change(
    actor: Actor, person_id: PersonId, current: MemberRole, new: MemberRole | None, owners: int
) -> None:
    """Whether `actor` may turn a member from `current` to `new` (None: out), with `owners` owners before.

    Managers arrange managers and members; only owners make or unmake owners; everybody may leave.
    Raises Forbidden, or LastOwner if nobody would own the organisation any more.
    """
    own = actor.person_id == person_id
    if not own or new is not None:
        require(actor, Permission.ORG_MANAGE)
        if MemberRole.OWNER in {current, new}:
            require(actor, Permission.ORG_OWN)
    if current is MemberRole.OWNER and new is not MemberRole.OWNER and owners <= 1:
        raise LastOwner("An organisation needs an owner.", mend="Make somebody else an owner first.")


def check_invite_member(actor: Actor, role: MemberRole, owners: int) -> None:
    """Whether `actor` may invite members as `role`. Only owners invite owners, unless there is no owner yet.

    Raises Forbidden.
    """
    if actor.kind is ActorKind.SYSTEM:
        return
    require(actor, Permission.ORG_MANAGE)
    if role is MemberRole.OWNER and owners > 0:
        require(actor, Permission.ORG_OWN)


def check_key_mode(actor: Actor, mode: Mode) -> None:
    """A key makes and revokes keys of its own mode only. Raises Forbidden."""
    if actor.kind is ActorKind.KEY and actor.mode is not mode:
        raise Forbidden(
            f"A {actor.mode.value} key cannot arrange {mode.value} keys.",
            mend=f"Use a {mode.value} key with the scope admin, or sign in.",
        )


def reachable(belongings: Sequence[Belonging]) -> list[Belonging]:
    """Those that a person can come into: the open ones, and closed ones that they own."""
    return [one for one in belongings if one.closed_at is None or one.member_role is MemberRole.OWNER]


def out_of_reach(belongings: Sequence[Belonging]) -> list[Belonging]:
    """Those that are closed to the person: what they may still be told is that, and why."""
    return [one for one in belongings if one.closed_at is not None and one.member_role is not MemberRole.OWNER]


def only_organisation(belongings: Sequence[Belonging]) -> Belonging | None:
    """The one that a person means who names none; None if that is not clear. Those they have left count least, then
    closed ones."""
    active = [one for one in belongings if one.member_role is not None or one.work_roles]
    among = [one for one in active if one.closed_at is None] or active or belongings
    return among[0] if len(among) == 1 else None


# ---------------------------------------------------------------------------------------------- invitations


def check_invitation(
    email: str | None, role: MemberRole | None, workforce_id: WorkforceId | None, work_role: object, uses_max: int
) -> None:
    """Raises BadInvitation unless it is for members or for one workforce, and one use if it is for one address."""
    for_work = workforce_id is not None and work_role is not None
    halves = (workforce_id is None) != (work_role is None)
    if halves or (role is not None) == for_work:
        raise BadInvitation(
            "An invitation is either for members or for a workforce.",
            mend="Give member_role, or workforce_id together with work_role.",
        )
    if email is not None and uses_max > 1:
        raise BadInvitation("An invitation for one address works once.", mend="Leave uses_max out, or the address.")


def usable(invitation: Invitation | None, now: datetime) -> Invitation:
    """The invitation, if it still lets somebody in. Raises NoSuchInvitation."""
    if (
        invitation is None
        or invitation.revoked_at is not None
        or invitation.expires_at <= now
        or invitation.uses >= invitation.uses_max
    ):
        raise NoSuchInvitation(
            "This invitation does not work: it is used up, has expired, was withdrawn, or never was.",
            mend="Ask for a new one.",
        )
    return invitation


def invitations_seen(actor: Actor) -> PersonId | None:
    """Whose invitations the actor may list and withdraw: everybody's (None), or for a workforce lead their own.

    Raises Forbidden for a key that does not manage the organisation: it could not tell its own from others'.
    """
    if allowed(actor, Permission.ORG_MANAGE):
        return None
    require(actor, Permission.SELF)
    return actor.person_id


# ---------------------------------------------------------------------------------------------- tries


def buckets(address: str, email: str) -> list[str]:
    """The two counters of one try: of its address (IPv6: the /64 that one customer of a provider gets), of its account.

    The account is counted under a hash, so that the table is no list of addresses, and whether or not it exists.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        place = address[:60]
    else:
        place = str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)
    return [f"account:{sha256(email.encode()).hexdigest()[:40]}", f"address:{place}"]


def window_of(now: datetime) -> datetime:
    """The start of the TRIES_WINDOW that `now` lies in."""
    length = int(TRIES_WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)


def check_tries(tries: Sequence[int], tries_max: int, now: datetime) -> None:
    """Raises TooManyTries if a counter, this try included, is over `tries_max`."""
    if max(tries, default=0) > tries_max:
        left = window_of(now) + TRIES_WINDOW - now
        raise TooManyTries(
            "Too many failed tries from this address or for this account.",
            mend="Wait a few minutes; check the address and the password.",
            retry_after_s=max(1, int(left.total_seconds()) + 1),
        )


# ---------------------------------------------------------------------------------------------- requests


def client_address(peer: str, forwarded_for: str, trusted: str) -> str:
    """Who sent a request: `peer`, or if that is a trusted proxy the nearest untrusted address in X-Forwarded-For.

    trusted: comma-separated addresses or networks. Entries further left were written by anybody and are not believed.
    """
    networks = _networks(trusted)
    current = peer
    for hop in reversed(forwarded_for.split(",")[-20:] if forwarded_for else []):
        if not _within(current, networks):
            break
        try:
            current = str(ipaddress.ip_address(hop.strip()))
        except ValueError:
            break
    return current


@lru_cache(maxsize=8)
def _networks(trusted: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in trusted.split(",") if part.strip())


def _within(address: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in networks)
