import zipfile
from pathlib import Path

import pytest

from fairmark.client.commands.sources import SourceKind, Way, kind_of
from fairmark.client.errors import BadSource
from fairmark.client.model import LabelFormat, ManifestFormat


def archive(path: Path, *names: str) -> str:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return str(path)


class TestKindOf:
    @pytest.mark.parametrize(
        ("source", "way"),
        [("s3://b/x", Way.BUCKET), ("gs://b", Way.BUCKET), ("https://x.org/a.jpg", Way.URL), ("http://x", Way.URL)],
    )
    def test_addresses_need_not_be_here(self, source: str, way: Way) -> None:
        assert kind_of(source, None) == SourceKind(way)

    def test_a_folder_is_a_folder(self, tmp_path: Path) -> None:
        assert kind_of(str(tmp_path), None) == SourceKind(Way.FOLDER)

    @pytest.mark.parametrize(
        ("name", "text", "kind"),
        [
            ("m.csv", "url\n", SourceKind(Way.MANIFEST, ManifestFormat.CSV)),
            ("m.tsv", "url\n", SourceKind(Way.MANIFEST, ManifestFormat.CSV)),
            ("m.parquet", "PAR1", SourceKind(Way.MANIFEST, ManifestFormat.PARQUET)),
            ("urls.TXT", "https://x\n", SourceKind(Way.MANIFEST, ManifestFormat.URLS)),
            ("m.jsonl", '{"url":"https://x"}\n', SourceKind(Way.MANIFEST, ManifestFormat.JSONL)),
            ("m.jsonl", '\n{"path":"a.png","annotation":{}}', SourceKind(Way.MANIFEST, ManifestFormat.JSONL)),
            ("m.jsonl", "not json", SourceKind(Way.MANIFEST, ManifestFormat.JSONL)),
            ("m.jsonl", "", SourceKind(Way.MANIFEST, ManifestFormat.JSONL)),
            ("l.jsonl", '{"external_id":"a","assets":[]}', SourceKind(Way.LABELS, format=LabelFormat.FAIRMARK)),
            ("l.jsonl", '{"external_id":"a","annotation":{}}', SourceKind(Way.LABELS, format=LabelFormat.FAIRMARK)),
            ("coco.json", "{}", SourceKind(Way.LABELS, format=LabelFormat.COCO)),
        ],
    )
    def test_files_are_told_by_their_names_and_first_lines(
        self, tmp_path: Path, name: str, text: str, kind: SourceKind
    ) -> None:
        (tmp_path / name).write_text(text)
        assert kind_of(str(tmp_path / name), None) == kind

    @pytest.mark.parametrize(
        ("names", "format"),
        [
            (["labels.jsonl", "ontology.json"], LabelFormat.FAIRMARK),
            (["Annotations/a.xml", "labels.txt"], LabelFormat.VOC),
            (["data.yaml", "labels/train/a.txt"], LabelFormat.YOLO),
            (["annotations/instances_default.json"], LabelFormat.COCO),
        ],
    )
    def test_archives_are_told_by_what_they_hold(self, tmp_path: Path, names: list[str], format: LabelFormat) -> None:
        assert kind_of(archive(tmp_path / "x.zip", *names), None) == SourceKind(Way.LABELS, format=format)

    def test_the_owner_knows_better(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("{}")
        assert kind_of(str(tmp_path / "x.json"), "jsonl").manifest is ManifestFormat.JSONL
        assert kind_of(str(tmp_path / "x.json"), "voc").format is LabelFormat.VOC

    def test_what_cannot_be_told_is_asked_for(self, tmp_path: Path) -> None:
        (tmp_path / "x.dat").write_text("?")
        for source, format in ((tmp_path / "x.dat", None), (tmp_path / "x.dat", "tiff"), (tmp_path / "none", None)):
            with pytest.raises(BadSource):
                kind_of(str(source), format)
        with pytest.raises(BadSource, match="what labels"):
            kind_of(archive(tmp_path / "x.zip", "a.png"), None)
