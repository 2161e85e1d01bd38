"""Who stands behind a key or session."""

from fairmark.identity import actors, service
from fairmark.kernel.actor import ActorKind, Mode, Scope
from fairmark.kernel.db import Database


class TestFind:
    async def test_a_key_acts_in_its_own_organisation(self, db: Database) -> None:
        async with db.begin() as tx:
            org_id = (await service.create_organisation(tx, "Harbour")).id
        async with db.begin(org_id) as tx:
            key, secret = await service.create_key(tx, "ci", [Scope.READ], Mode.TEST)
        actor = await actors.find(db, secret, None, 60)
        assert actor is not None
        assert (actor.kind, actor.org_id, actor.mode, actor.key_id) == (ActorKind.KEY, org_id, Mode.TEST, key.id)
        assert actor.scopes == {Scope.READ}
