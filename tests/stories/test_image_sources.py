"""Images of every kind, from upload to what the editor is given: values, tiles, pictures as they are, refusals."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.modalities.image.pixels.files import deep_png, dicom, slope, tiff
from tests.patience import until

from .conftest import ONTOLOGY, Customer, crew, pipeline, take


def files(folder: Path) -> None:
    """A CT slice, 16-bit grey, 16-bit colours as PNG, five bands, 42 megapixels, a CMYK TIFF; and no image."""
    folder.mkdir()
    (folder / "ct.dcm").write_bytes(dicom(slope(dtype=np.int16) - 1000, WindowCenter=40, WindowWidth=400))
    (folder / "deep.tif").write_bytes(tiff(slope(), compression="zlib", tile=(256, 256)))
    bands = np.stack([slope() // (band + 1) for band in range(5)], axis=-1)
    (folder / "bands.tif").write_bytes(tiff(bands, photometric="minisblack", planarconfig="contig"))
    (folder / "deep.png").write_bytes(deep_png(np.dstack([slope()] * 3)))
    Image.new("RGB", (7000, 6000), (200, 100, 50)).save(folder / "large.jpg")
    Image.new("CMYK", (80, 60), (0, 255, 255, 0)).save(folder / "print.tif")
    (folder / "text.tif").write_text("no picture")


async def head_of(customer: Customer, url: str) -> dict[str, Any]:
    """The head of an image's tiles, waited for."""

    async def look() -> dict[str, Any] | None:
        found = (await customer.pool.get(customer.url + url)).json()
        return found if found["state"] != "waiting" else None

    found = await until(look, "the tiles are made")
    assert found is not None
    return found["head"]


class TestImageSources:
    async def test_each_comes_to_the_editor_in_its_own_way(self, customer: Customer, tmp_path: Path) -> None:
        files(tmp_path / "in")
        client = customer.client
        project = await client.create_project("sources", ontology=ONTOLOGY, guideline="# Mark", pipeline=pipeline())
        report = await client.import_folder(project.id, tmp_path / "in")
        assert report.new == 6
        (refused,) = report.refused
        assert "text.tif" in str(refused)
        project = await client.activate_project(project.id)
        members = await crew(customer, project, *["perfect"] * 6)
        found: dict[str, Any] = {}
        for member in members:
            assignment = await take(member, project)
            found[assignment.name] = assignment.media[0]
        assert set(found) == {"ct.dcm", "deep.tif", "bands.tif", "deep.png", "large.jpg", "print.tif"}

        ct = await head_of(customer, found["ct.dcm"].tiles)
        # 400 values around 39.5.
        assert [ct["form"], ct["unit"], ct["bands"][0]["low"], ct["bands"][0]["high"]] == ["values", "HU", -160, 239]
        deep = await head_of(customer, found["deep.tif"].tiles)
        assert (deep["width"], deep["height"], deep["bands"][0]["greatest"]) == (700, 600, 25960)
        numbers = await customer.pool.get(customer.url + found["deep.tif"].tiles.replace("/head?", "/0/1/1/0?"))
        assert np.frombuffer(numbers.content, "<u2")[0] == 20 * (512 + 512)
        png = await head_of(customer, found["deep.png"].tiles)
        # Colours of 16 bits are shown as they are at first: 0 is black, 65,535 white.
        assert [png["form"], png["shown"], png["bands"][2]["high"]] == ["values", [0, 1, 2], 65535]
        assert len((await head_of(customer, found["bands.tif"].tiles))["bands"]) == 5
        large = await head_of(customer, found["large.jpg"].tiles)
        # 7,000, 3,500, 1,750, 875 and 438 pixels: five levels.
        assert (large["form"], large["levels"]) == ("picture", 5)
        tile = await customer.pool.get(customer.url + found["large.jpg"].tiles.replace("/head?", "/4/0/0/0?"))
        assert Image.open(BytesIO(tile.content)).size == (438, 375)

        # What browsers show without tiles says so, and everything has a picture that they show.
        assert found["print.tif"].tiles is None
        for media in found.values():
            shown = await customer.pool.get(customer.url + media.url)
            assert shown.status_code == 200, media.name
            Image.open(BytesIO(shown.content)).load()
            assert shown.headers["content-type"] in ("image/webp", "image/jpeg", "image/png")
