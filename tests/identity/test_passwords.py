"""Password hashes."""

import asyncio

import pytest
from argon2 import PasswordHasher

from fairmark.identity import passwords
from fairmark.identity.passwords import TooManySignIns


class Counting(PasswordHasher):
    """Counts how often it verified."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.verified += 1
        return bool(super().verify(hash, password))


class TestVerify:
    async def test_knows_the_right_one_from_a_wrong_one(self) -> None:
        stored = await passwords.make_hash("four clouds over harbours")
        assert await passwords.verify(stored, "four clouds over harbours")
        assert not await passwords.verify(stored, "four clouds over harbour")

    async def test_salts(self) -> None:
        assert await passwords.make_hash("x" * 12) != await passwords.make_hash("x" * 12)

    async def test_takes_an_accent_as_it_was_typed(self) -> None:
        # "é" as one code point, and as "e" with a combining accent: the same key on two keyboards
        assert await passwords.verify(await passwords.make_hash("caf\u00e9 au lait"), "cafe\u0301 au lait")

    async def test_does_the_same_work_for_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        counting = Counting(time_cost=2, memory_cost=19_456, parallelism=1)
        stored = counting.hash("four clouds over harbours")
        monkeypatch.setattr(passwords, "HASHER", counting)
        assert not await passwords.verify(None, "four clouds over harbours")
        assert counting.verified == 1
        assert not await passwords.verify(stored, "something else")
        assert counting.verified == 2

    async def test_nobody_has_a_hash_of_today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # otherwise an unknown address would be told by the time that its answer takes
        seen: list[str] = []

        class Spy(PasswordHasher):
            def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
                seen.append(str(hash))
                return False

        monkeypatch.setattr(passwords, "HASHER", Spy())
        await passwords.verify(None, "x")
        monkeypatch.undo()
        assert not passwords.outdated(seen[0])

    async def test_a_broken_hash_matches_nothing(self) -> None:
        assert not await passwords.verify("not a hash", "four clouds over harbours")

    async def test_asks_to_come_back_when_too_many_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(passwords, "WAITING_MAX", 3)
        answers = await asyncio.gather(*(passwords.verify(None, "x") for _ in range(5)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [bool] * 3 + [TooManySignIns] * 2
        assert await passwords.verify(None, "x") is False  # the place is free again


class TestOutdated:
    async def test_tells_hashes_of_other_parameters(self) -> None:
        assert not passwords.outdated(await passwords.make_hash("x" * 12))
        assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x" * 12))
