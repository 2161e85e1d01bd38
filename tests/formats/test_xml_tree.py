"""XML without its dangers."""

import pytest

from fairmark.formats.model import FileDamaged, FormatFault, OverLimit, TooDeep, UnsafeXml
from fairmark.formats.xml_tree import DEPTH_MAX, parse_xml

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x0 "ha">'
    + b"".join(b'<!ENTITY x%d "%s">' % (n, b"&x%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><a>&x9;</a>"
)


class TestParseXml:
    def test_gives_names_texts_lines_and_children(self) -> None:
        root = parse_xml("<a>\n <b> ä &amp; &#x884C; </b>\n <b/>\n <c><![CDATA[<x>]]></c>\n</a>".encode(), "a.xml")
        assert root.name == "a"
        assert [child.name for child in root.children] == ["b", "b", "c"]
        assert root.text_of("b") == "ä & 行"
        assert root.text_of("c") == "<x>"
        assert root.text_of("none") == ""
        assert [child.line for child in root.every("b")] == [2, 3]
        assert root.first("c") is root.children[2]

    @pytest.mark.parametrize(("name", "letter"), [("latin-1", "ä"), ("utf-16", "行"), ("iso-8859-15", "€")])
    def test_reads_declared_encodings(self, name: str, letter: str) -> None:
        data = f'<?xml version="1.0" encoding="{name}"?><a><b>{letter}</b></a>'.encode(name)
        assert parse_xml(data, "a.xml").text_of("b") == letter

    @pytest.mark.parametrize(
        "data",
        [
            LAUGHS,
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            b'<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>',
            b"<!DOCTYPE a><a/>",
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
        ],
    )
    def test_refuses_document_types_at_once(self, data: bytes) -> None:
        with pytest.raises(UnsafeXml) as caught:
            parse_xml(data, "a.xml")
        assert caught.value.fields == {"file": "a.xml", "line": 1}

    def test_refuses_depth(self) -> None:
        assert parse_xml(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX, "a.xml").name == "a"
        with pytest.raises(TooDeep):
            parse_xml(b"<a>" * 1_000_000, "a.xml")

    def test_refuses_endless_lists(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fairmark.formats.xml_tree.ELEMENTS_MAX", 10)
        with pytest.raises(OverLimit):
            parse_xml(b"<a>" + b"<b/>" * 11 + b"</a>", "a.xml")

    @pytest.mark.parametrize(
        ("data", "line"),
        [
            (b"", 1),
            (b"   ", 1),
            (b"text", 1),
            (b"<a>\n<b></a>", 2),
            (b"<a>\n\n", 3),
            (b"<a>&nbsp;</a>", 1),
            (b"<a>a < b</a>", 1),
            (b"<a>\xff</a>", 1),
            (b"<a/><b/>", 1),
            (b"\x00" * 10, 1),
        ],
    )
    def test_names_damage_with_its_line(self, data: bytes, line: int) -> None:
        with pytest.raises(FileDamaged) as caught:
            parse_xml(data, "a.xml")
        assert caught.value.fields == {"file": "a.xml", "line": line}

    def test_names_unknown_encodings(self) -> None:
        with pytest.raises(FormatFault, match="encoding"):
            parse_xml(b'<?xml version="1.0" encoding="martian"?><a/>', "a.xml")
