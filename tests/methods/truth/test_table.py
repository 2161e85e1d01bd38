import pytest

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.hierarchical import hierarchical
from fairmark.methods.truth.table import CATEGORICAL, METHODS, method_of, methods_of


class TestMethodOf:
    def test_the_default_is_the_first(self) -> None:
        assert method_of("categorical") is hierarchical
        assert all(method_of(kind) is next(iter(methods.values())) for kind, methods in METHODS.items())

    def test_by_name(self) -> None:
        assert method_of("categorical", "majority") is CATEGORICAL["majority"]

    def test_names_what_there_is(self) -> None:
        with pytest.raises(Invalid):
            method_of("categorical", "oracle")
        with pytest.raises(Invalid):
            methods_of("smell")

    @pytest.mark.parametrize("kind", list(METHODS))
    def test_every_docstring_names_its_source(self, kind: str) -> None:
        for method in methods_of(kind).values():
            assert method.__doc__
            assert any(year in method.__doc__ for year in ("19", "20")) or "majority" in method.__name__
