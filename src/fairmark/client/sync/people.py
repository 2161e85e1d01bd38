# Made from aio/people.py by `python -m tests.client.mirror`: change that file, not this one.
"""People: signing in, organisations, members, invitations, keys, workforces."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from fairmark.client.model import (
    Accepted,
    Access,
    Allowed,
    FirstStartNeeded,
    Invitation,
    InvitationMade,
    Key,
    KeyMade,
    Me,
    Member,
    MemberRole,
    Mode,
    Organisation,
    Peek,
    Person,
    PersonDetail,
    PersonLine,
    Placed,
    Scope,
    Session,
    SignedIn,
    Worker,
    Workforce,
    WorkRole,
)
from fairmark.client.requests import Id
from fairmark.client.sync.transport import Transport


class People(Transport):
    """Who there is and who may come in."""

    def sign_in(self, email: str, password: str) -> SignedIn:
        """Begins a session; this client speaks as that person from now on."""
        body = {"email": email, "password": password}
        signed_in = self.request("POST", "/sign-in", SignedIn, body=body, safe=True)
        self.use(signed_in.token)
        return signed_in

    def sign_out(self) -> None:
        """Ends the session; this client speaks for nobody from now on."""
        self.request("POST", "/sign-out", type(None), safe=True)
        self.use(None)

    def first_start_needed(self) -> bool:
        """Whether the installation still waits for its administrator."""
        return (self.request("GET", "/first-start", FirstStartNeeded)).needed

    def first_start(self, token: str, name: str, email: str, password: str, organisation: str) -> SignedIn:
        """Uses the first-start link up: makes the administrator and the organisation that they own, and signs in."""
        body = {"token": token, "name": name, "email": email, "password": password, "organisation": organisation}
        signed_in = self.request("POST", "/first-start", SignedIn, body=body)
        self.use(signed_in.token)
        return signed_in

    def me(self) -> Me:
        """The person signed in, and what they are to which organisations."""
        return self.request("GET", "/me", Me)

    def change_me(self, *, name: str | None = None, preferences: dict[str, Any] | None = None) -> Person:
        """Changes one's own name or preferences (laid over the old ones; None takes a key away)."""
        return self.request("PATCH", "/me", Person, body={"name": name, "preferences": preferences})

    def change_password(self, old: str, new: str) -> None:
        """Changes one's own password; every other session ends."""
        self.request("POST", "/me/password", type(None), body={"old": old, "new": new})

    def list_sessions(self, *, limit: int | None = None) -> Iterator[Session]:
        """One's own sign-ins that still work, newest first."""
        return self._pages("/me/sessions", Session, limit)

    def end_session(self, session_id: Id) -> None:
        """Ends one of one's own sign-ins."""
        self.request("DELETE", f"/me/sessions/{session_id}", type(None))

    def permissions(self) -> Allowed:
        """What the caller may do."""
        return self.request("GET", "/permissions", Allowed)

    def list_organisations(self, *, q: str | None = None, limit: int | None = None) -> Iterator[Organisation]:
        """Every organisation of the installation, newest first, for its administrators. q: part of a name."""
        return self._pages("/organisations", Organisation, limit, {"q": q})

    def create_organisation(self, name: str, *, display_name: str | None = None) -> Organisation:
        """Makes an organisation, for administrators. display_name: what workers see; the name if left out."""
        body = {"name": name, "display_name": display_name}
        return self.request("POST", "/organisations", Organisation, body=body)

    def close_organisation(self, reason: str) -> Organisation:
        """Closes one's own organisation: work, keys and webhooks stop. Its owners can still look and export; an
        administrator can open it again."""
        return self.request("POST", "/organisation/close", Organisation, body={"reason": reason})

    def close_another_organisation(self, organisation_id: Id, reason: str) -> Organisation:
        """The same with any organisation, for administrators."""
        path = f"/organisations/{organisation_id}/close"
        return self.request("POST", path, Organisation, body={"reason": reason})

    def reopen_organisation(self, organisation_id: Id) -> Organisation:
        """Opens a closed organisation again, for administrators: work goes on where it stopped."""
        return self.request("POST", f"/organisations/{organisation_id}/reopen", Organisation)

    def list_people(
        self, *, q: str | None = None, access: Access | None = None, limit: int | None = None
    ) -> Iterator[PersonLine]:
        """The people of the installation, oldest first, for administrators. q: part of a name or an address."""
        return self._pages("/people", PersonLine, limit, {"q": q, "access": access})

    def get_person(self, person_id: Id) -> PersonDetail:
        """One person, what they are to which organisations, and the keys they made, for administrators."""
        return self.request("GET", f"/people/{person_id}", PersonDetail)

    def disable_person(self, person_id: Id, reason: str) -> None:
        """Keeps a person out, for administrators: their sign-ins end at once, and what they had begun goes back to the
        queue. Keys that they made work on."""
        self.request("POST", f"/people/{person_id}/disable", type(None), body={"reason": reason}, safe=True)

    def enable_person(self, person_id: Id) -> None:
        """Lets a person in again, with the password that they had, for administrators."""
        self.request("POST", f"/people/{person_id}/enable", type(None), safe=True)

    def end_persons_key(self, person_id: Id, key_id: Id) -> None:
        """Stops a key that the person has made, in whatever organisation, for administrators."""
        self.request("DELETE", f"/people/{person_id}/keys/{key_id}", type(None))

    def get_organisation(self) -> Organisation:
        """The caller's organisation."""
        return self.request("GET", "/organisation", Organisation)

    def change_organisation(self, *, name: str | None = None, display_name: str | None = None) -> Organisation:
        """Changes the organisation's name, or the one that workers see."""
        body = {"name": name, "display_name": display_name}
        return self.request("PATCH", "/organisation", Organisation, body=body)

    def list_members(self, *, limit: int | None = None) -> Iterator[Member]:
        """The people on the customer side of the organisation."""
        return self._pages("/members", Member, limit)

    def change_member(self, person_id: Id, role: MemberRole) -> Member:
        """Gives a member another role."""
        return self.request("PATCH", f"/members/{person_id}", Member, body={"role": role})

    def remove_member(self, person_id: Id) -> None:
        """Takes a member out of the organisation."""
        self.request("DELETE", f"/members/{person_id}", type(None))

    def list_invitations(self, *, limit: int | None = None) -> Iterator[Invitation]:
        """The organisation's invitations, newest first."""
        return self._pages("/invitations", Invitation, limit)

    def invite(
        self,
        *,
        email: str | None = None,
        member_role: MemberRole | None = None,
        workforce_id: Id | None = None,
        work_role: WorkRole | None = None,
        uses_max: int = 1,
        lasts_h: int = 168,
    ) -> InvitationMade:
        """Makes a link that lets people in: as members (`member_role`) or into a workforce (`workforce_id`,
        `work_role`). email: only this address may accept. uses_max: how many people. lasts_h: for how many hours.
        """
        body = {
            "email": email,
            "member_role": member_role,
            "workforce_id": workforce_id,
            "work_role": work_role,
            "uses_max": uses_max,
            "lasts_h": lasts_h,
        }
        return self.request("POST", "/invitations", InvitationMade, body=body)

    def revoke_invitation(self, invitation_id: Id) -> None:
        """Withdraws an invitation: its link stops working at once."""
        self.request("DELETE", f"/invitations/{invitation_id}", type(None))

    def peek_invitation(self, token: str) -> Peek:
        """What an invitation is for. Needs no sign-in."""
        return self.request("POST", "/invitations/peek", Peek, body={"token": token}, safe=True)

    def accept_invitation(
        self, token: str, *, name: str | None = None, email: str | None = None, password: str | None = None
    ) -> Accepted:
        """Comes in by an invitation: as the person signed in (the token alone), or as somebody new, who is signed in
        by it: this client speaks as them from then on.
        """
        body = {"token": token, "name": name, "email": email, "password": password}
        accepted = self.request("POST", "/invitations/accept", Accepted, body=body)
        if accepted.signed_in is not None:
            self.use(accepted.signed_in.token)
        return accepted

    def list_keys(self, *, limit: int | None = None) -> Iterator[Key]:
        """The organisation's API keys without their secrets, newest first."""
        return self._pages("/keys", Key, limit)

    def create_key(
        self, name: str, scopes: Sequence[Scope], *, mode: Mode = Mode.LIVE, expires_at: datetime | None = None
    ) -> KeyMade:
        """Makes an API key. Its secret is shown this once."""
        body = {"name": name, "scopes": list(scopes), "mode": mode, "expires_at": expires_at}
        return self.request("POST", "/keys", KeyMade, body=body)

    def revoke_key(self, key_id: Id) -> None:
        """Stops an API key for good."""
        self.request("DELETE", f"/keys/{key_id}", type(None))

    def list_workforces(self, *, limit: int | None = None) -> Iterator[Workforce]:
        """The organisation's workforces, oldest first."""
        return self._pages("/workforces", Workforce, limit)

    def create_workforce(self, name: str, *, arm: str = "vision") -> Workforce:
        """Makes a workforce; people come into it by invitation. arm: its kind of work."""
        return self.request("POST", "/workforces", Workforce, body={"name": name, "arm": arm})

    def list_workers(self, workforce_id: Id, *, limit: int | None = None) -> Iterator[Placed]:
        """The people of a workforce, by the aliases that this organisation knows them by."""
        return self._pages(f"/workforces/{workforce_id}/workers", Placed, limit)

    def own_worker(self) -> Worker:
        """The caller as this organisation knows them: alias, skills, and why they are paused if they are."""
        return self.request("GET", "/worker", Worker)

    def change_worker(
        self,
        worker_id: Id,
        *,
        skills: Sequence[str] | None = None,
        paused: bool | None = None,
        reason: str | None = None,
    ) -> Worker:
        """Changes a worker's skills, pauses them with a reason, or lets them go on."""
        body = {"skills": None if skills is None else list(skills), "paused": paused, "reason": reason}
        return self.request("PATCH", f"/workers/{worker_id}", Worker, body=body)

    def change_work_role(self, workforce_id: Id, worker_id: Id, role: WorkRole) -> Placed:
        """Makes a worker something else in a workforce."""
        path = f"/workforces/{workforce_id}/workers/{worker_id}"
        return self.request("PATCH", path, Placed, body={"role": role})

    def remove_worker(self, workforce_id: Id, worker_id: Id) -> None:
        """Takes a worker out of a workforce. What they did stays, under their alias."""
        self.request("DELETE", f"/workforces/{workforce_id}/workers/{worker_id}", type(None))

    def lend_workforce(self, workforce_id: Id, organisation_id: Id) -> Workforce:
        """Lends a workforce to another organisation, for administrators; the answer is what the borrower sees."""
        body = {"organisation_id": organisation_id}
        return self.request("POST", f"/workforces/{workforce_id}/lend", Workforce, body=body)
