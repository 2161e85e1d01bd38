"""Images that browsers cannot show as they are: in tiles, and as values through a window."""

import numpy as np
import pytest
from playwright.async_api import expect

from fairmark.modalities.image.marks.mask import MASK, decode
from tests.browser.conftest import OpenEditor
from tests.browser.editor_page import EditorPage
from tests.browser.tile_server import TileServer

pytestmark = pytest.mark.xdist_group("image_sources")

COMPLETE = "harness.inside.stage.tiles.state.phase === 'shown' && harness.inside.stage.tiles.isComplete"
SHADE = """([x, y]) => {
    const { view, density } = harness.inside.workspace
    const canvas = document.querySelector(".tile-layer")
    const at = [x * view.scale + view.x, y * view.scale + view.y].map((each) => Math.floor(each * density))
    return [...canvas.getContext("2d").getImageData(at[0], at[1], 1, 1).data.slice(0, 3)]
}"""
"""The colour on the tiles' canvas at a point of the image."""


def large(side: int = 4096) -> np.ndarray:
    """A picture that is red by its column and green by its row; blue nowhere."""
    ramp = (np.arange(side) * 255 // (side - 1)).astype(np.uint8)
    red, green = np.broadcast_to(ramp[None, :], (side, side)), np.broadcast_to(ramp[:, None], (side, side))
    return np.dstack([red, green, np.zeros((side, side), np.uint8)])


def ct() -> np.ndarray:
    """Values of 16 bits: 864 in the left half, 1,264 in the right."""
    made = np.full((400, 600, 1), 864, np.uint16)
    made[:, 300:] = 1264
    return made


async def opened(open_editor: OpenEditor, server: TileServer) -> EditorPage:
    """The editor over the server's image, with everything in sight arrived."""
    blank = await open_editor("shelf=memory")
    await server.serve(blank.page)
    editor = await open_editor(f"shelf=memory&{server.query}", blank)
    await editor.page.wait_for_function(COMPLETE)
    await editor.frame()
    return editor


async def shade(editor: EditorPage, at: tuple[float, float]) -> list[int]:
    return await editor.page.evaluate(SHADE, at)


class TestTiles:
    async def test_show_the_image_and_marks_are_in_its_full_pixels(self, open_editor: OpenEditor) -> None:
        server = TileServer(large())
        editor = await opened(open_editor, server)
        red, green, blue = await shade(editor, (3072, 1024))
        # Column 3,072 of 4,096 is three quarters of 255, row 1,024 a quarter.
        assert abs(red - 191) <= 6
        assert abs(green - 64) <= 6
        assert blue <= 12
        await editor.drag((1000, 1000), (1400, 1200))
        (name, x, y, w, h), *_ = await editor.boxes()
        assert name == "car"
        scale = await editor.page.evaluate("harness.inside.workspace.view.scale")
        for found, meant in zip((x, y, w, h), (1000, 1000, 400, 200), strict=True):
            assert abs(found - meant) <= 1 / scale + 1

    async def test_only_what_is_in_sight_and_one_level_up_is_asked_for(self, open_editor: OpenEditor) -> None:
        server = TileServer(large())
        editor = await opened(open_editor, server)
        server.asked.clear()
        await editor.page.evaluate("harness.inside.workspace.zoomToBox({ x: 2048, y: 2048, w: 500, h: 300 })")
        await editor.frame()
        await editor.page.wait_for_function(COMPLETE)
        found = await editor.page.evaluate("harness.inside.workspace.visible")
        for level, column, row, _ in server.asked:
            side = 512 * 2**level
            assert level <= 1
            assert column * side < found["x"] + found["w"] + 1
            assert (column + 1) * side > found["x"] - 1
            assert row * side < found["y"] + found["h"] + 1
            assert (row + 1) * side > found["y"] - 1
        assert {level for level, *_ in server.asked} == {0, 1}
        server.asked.clear()
        # What was there is kept: going back asks for nothing again.
        await editor.page.evaluate("harness.inside.workspace.fit()")
        await editor.frame()
        await editor.page.wait_for_function(COMPLETE)
        assert server.asked == []

    async def test_a_tile_that_does_not_come_is_said_and_asked_for_again(self, open_editor: OpenEditor) -> None:
        server = TileServer(large(2048))
        blank = await open_editor("shelf=memory")
        await server.serve(blank.page)
        server.broken = {(1, 0, 0, 0)}
        editor = await open_editor(f"shelf=memory&{server.query}", blank)
        notice = editor.page.get_by_role("status").filter(has_text="did not come")
        await expect(notice).to_be_visible()
        server.broken = set()
        await notice.get_by_role("button", name="Try again").click()
        await expect(notice).to_be_hidden()
        await editor.page.wait_for_function(COMPLETE)

    async def test_says_that_they_are_being_made_and_goes_on_when_they_are(self, open_editor: OpenEditor) -> None:
        server = TileServer(large(2048))
        server.is_made = False
        blank = await open_editor("shelf=memory")
        await server.serve(blank.page)
        editor = await open_editor(f"shelf=memory&{server.query}", blank)
        await expect(editor.page.get_by_text("is being prepared")).to_be_visible()
        server.is_made = True
        await editor.page.wait_for_function(COMPLETE)
        await expect(editor.page.get_by_text("is being prepared")).to_be_hidden()


class TestWindow:
    async def test_is_that_of_the_file_and_changes_by_numbers(self, open_editor: OpenEditor) -> None:
        # Stored + (-1,024) are Hounsfield units; the file asks for -160 to 240.
        server = TileServer(ct(), offset=-1024.0, window=(-160.0, 240.0), unit="HU")
        editor = await opened(open_editor, server)
        assert await shade(editor, (100, 200)) == [0, 0, 0]
        assert await shade(editor, (500, 200)) == [255, 255, 255]
        black = editor.page.get_by_role("spinbutton", name="Black")
        await expect(black).to_have_value("-160")
        # From -560 to 240: -160 is in the middle, 127.5.
        await black.fill("-560")
        await editor.page.wait_for_function(COMPLETE)
        await editor.frame()
        assert await shade(editor, (100, 200)) == [128, 128, 128]
        await editor.page.get_by_role("button", name="As the file says").click()
        await editor.page.wait_for_function(COMPLETE)
        await editor.frame()
        assert await shade(editor, (100, 200)) == [0, 0, 0]

    async def test_changes_by_drag_and_by_keys_without_asking_the_server(self, open_editor: OpenEditor) -> None:
        server = TileServer(ct(), offset=-1024.0, window=(-160.0, 240.0), unit="HU")
        editor = await opened(open_editor, server)
        server.asked.clear()
        pad = editor.page.get_by_role("button", name="Window: drag")
        box = await pad.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await editor.page.mouse.move(x, y)
        await editor.page.mouse.down()
        await editor.page.mouse.move(x, y + 100, steps=5)
        await editor.page.mouse.up()
        # 100 of 200 pixels down: half the width further, 200.
        window = "harness.inside.stage.tiles.state.window.ends[0].map(Math.round)"
        assert await editor.page.evaluate(window) == [40, 440]
        await pad.press("ArrowUp")
        assert await editor.page.evaluate(window) == [20, 420]
        await editor.page.wait_for_function(COMPLETE)
        await editor.frame()
        # 240 is 220 above 20, of 400: 140.25.
        assert await shade(editor, (500, 200)) == [140, 140, 140]
        assert server.asked == []

    async def test_the_minimap_is_seen_through_it(self, open_editor: OpenEditor) -> None:
        server = TileServer(ct(), offset=-1024.0, window=(-160.0, 240.0), unit="HU")
        editor = await opened(open_editor, server)
        await editor.keys("Alt+N")
        middle = """black => {
            const canvas = document.querySelector(".minimap canvas")
            if (!canvas) return false
            const at = canvas.getContext("2d").getImageData(canvas.width / 6, canvas.height / 2, 1, 1).data
            return at[0] === black
        }"""
        await editor.page.wait_for_function(middle, arg=0)
        await editor.page.get_by_role("spinbutton", name="Black").fill("-560")
        # -160 is in the middle of -560 to 240.
        await editor.page.wait_for_function(middle, arg=128)

    async def test_shows_the_band_that_is_chosen(self, open_editor: OpenEditor) -> None:
        bands = np.zeros((300, 300, 4), np.uint16)
        for band in range(4):
            bands[:, band * 75 : (band + 1) * 75, band] = 1000
        server = TileServer(bands)
        editor = await opened(open_editor, server)
        assert [await shade(editor, (x, 150)) for x in (30, 110)] == [[255] * 3, [0] * 3]
        await editor.page.get_by_label("Band", exact=True).click()
        await editor.page.get_by_role("option", name="Band 2").click()
        await editor.page.wait_for_function(COMPLETE)
        await editor.frame()
        assert [await shade(editor, (x, 150)) for x in (30, 110)] == [[0] * 3, [255] * 3]
        await editor.page.get_by_text("Colours", exact=True).click()
        await editor.page.wait_for_function(COMPLETE)
        await editor.frame()
        assert [await shade(editor, (x, 150)) for x in (30, 110, 190)] == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]

    async def test_the_greatest_value_is_black_where_the_file_says_so(self, open_editor: OpenEditor) -> None:
        server = TileServer(ct(), inverted=True, window=(864.0, 1264.0))
        editor = await opened(open_editor, server)
        assert await shade(editor, (100, 200)) == [255, 255, 255]
        assert await shade(editor, (500, 200)) == [0, 0, 0]


def disc() -> np.ndarray:
    """A red disc 80 px across around (3,000, 1,500), on green, in 6,000 x 3,000."""
    y, x = np.ogrid[:3000, :6000]
    inside = (x + 0.5 - 3000) ** 2 + (y + 0.5 - 1500) ** 2 <= 40**2
    return np.where(inside[..., None], np.array([190, 60, 50], np.uint8), np.array([70, 120, 80], np.uint8))


class TestAssistance:
    async def test_what_is_in_view_is_read_at_its_own_resolution(self, open_editor: OpenEditor) -> None:
        server = TileServer(disc())
        editor = await opened(open_editor, server)
        # The picture below the tiles shows something else: what is found can only have been read from them.
        await editor.page.evaluate("harness.inside.workspace.zoomToBox({ x: 2850, y: 1410, w: 300, h: 180 })")
        await editor.page.wait_for_function(COMPLETE)
        await editor.page.evaluate("harness.inside.workspace.useClass('leaf')")
        await editor.keys("Shift+y")
        server.asked.clear()
        await editor.drag((2940, 1440), (3060, 1560))
        await editor.page.wait_for_function("harness.inside.workspace.assistance.gesture?.canAccept")
        await editor.keys("n")
        (mark,) = (await editor.document())["marks"]
        crop = decode(MASK.read(mark["geometry"]))
        # pi 40^2 = 5,027 px, in a square of 80, and 254 in a ring of one pixel around it, into which JPEG lets colour
        # run: a picture of the whole in 2,048 px would have steps of three.
        assert abs(int(crop.pixels.sum()) - 5027) <= 254
        for found, meant in zip((crop.x, crop.y, crop.width, crop.height), (2960, 1460, 80, 80), strict=True):
            assert abs(found - meant) <= 2
        # 204 x 204 px around the box, as fine as they are, lie in one tile or reach into its neighbours.
        assert {level for level, *_ in server.asked} <= {0}
        assert mark["made"] == {"by": "cutout"}
