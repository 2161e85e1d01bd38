import importlib
import sys
import threading
from types import ModuleType

import pytest

from fairmark.quality.judging import loading


class TestReady:
    async def test_loads_beside_the_event_loop_and_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loading, "_loaded", set[str]())
        threads: list[int] = []
        real = importlib.import_module

        def noted(name: str) -> ModuleType:
            threads.append(threading.get_ident())
            return real(name)

        monkeypatch.setattr(importlib, "import_module", noted)
        await loading.ready(loading.JUDGING)
        await loading.ready(loading.JUDGING)
        assert len(threads) == len(loading.JUDGING)
        assert threading.get_ident() not in threads
        assert set(loading.JUDGING) <= sys.modules.keys()
