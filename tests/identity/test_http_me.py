"""Signing in and out, oneself, sessions, the first start: through the routes."""

from .people import World


class TestMe:
    async def test_tells_who_one_is(self, world: World) -> None:
        ada = await world.person("Ada")
        me = await world.caller(ada).ok("GET", "/me")
        assert me["person"]["email"] == ada.email
        assert me["organisations"] == []
