from pathlib import Path

import pytest

from fairmark.client.documents import ontology_fields, text_of
from fairmark.client.errors import BadSource
from fairmark.client.model import Ontology

YAML = "classes:\n- id: car\n"


class TestOntologyFields:
    def test_a_document_goes_as_it_is(self) -> None:
        ontology = Ontology()
        assert ontology_fields(ontology) == {"document": ontology}
        assert ontology_fields({"classes": []}) == {"document": {"classes": []}}

    def test_json_text_becomes_a_document_and_yaml_is_left_to_the_server(self, tmp_path: Path) -> None:
        (tmp_path / "o.json").write_text('{"classes":[]}')
        (tmp_path / "o.yaml").write_text(YAML)
        assert ontology_fields(tmp_path / "o.json") == {"document": {"classes": []}}
        assert ontology_fields(str(tmp_path / "o.yaml")) == {"text": YAML}
        assert ontology_fields(YAML) == {"text": YAML}

    def test_a_path_that_is_not_there_is_named(self) -> None:
        with pytest.raises(BadSource, match=r"nowhere\.yaml cannot be read"):
            ontology_fields("nowhere.yaml")


class TestTextOf:
    def test_a_text_is_a_text_even_if_it_looks_like_a_path(self) -> None:
        assert text_of("guide.md") == "guide.md"

    def test_reads_files_without_their_byte_order_mark(self, tmp_path: Path) -> None:
        (tmp_path / "g.md").write_bytes(b"\xef\xbb\xbf# \xc3\xa4")
        assert text_of(tmp_path / "g.md") == "# ä"

    def test_refuses_what_is_no_text_and_what_is_too_long(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "g.md").write_bytes(b"\xff\xfe")
        with pytest.raises(BadSource, match="not UTF-8"):
            text_of(tmp_path / "g.md")
        monkeypatch.setattr("fairmark.client.documents.TEXT_BYTES_MAX", 1)
        with pytest.raises(BadSource, match="more than"):
            text_of(tmp_path / "g.md")
