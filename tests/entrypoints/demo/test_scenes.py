import pytest
from PIL import Image

from fairmark.entrypoints.demo import drawn, scenes
from fairmark.entrypoints.demo.material import material
from fairmark.entrypoints.demo.scenes import Picture, Scene, Thing, installed, picture, pictures, read_scenes
from fairmark.modalities import MODALITIES, MediaSize
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.definition import check_ontology
from fairmark.ontology.model import FieldValue, Ontology

SCENE = Scene(
    id="s", file="s.png", answers={"sharpness": 5.0}, variants=["plain"], crop=(10, 20, 110, 70), scale=2,
    marks=[Thing("person", (20, 30, 60, 70), {"cut_off": True})],
)  # fmt: skip
ORIGINAL = Image.new("RGB", (200, 100), "white")


def faults(made: Picture, ontology: Ontology) -> list[str]:
    media = [MediaSize(*made.image.size)]
    found = MODALITIES["image"].faults(made.truth, compile_ontology(ontology), media)
    return [f"{made.name}: {fault.message}" for fault in found]


class TestPicture:
    def test_boxes_follow_crop_and_scale(self) -> None:
        made = picture(SCENE, ORIGINAL, "plain")
        assert (made.name, made.image.size) == ("s.jpg", (200, 100))
        # (20 - 10) * 2, (30 - 20) * 2, and 40 x 40 pixels twice as large.
        assert made.truth.marks[0].geometry == {"x": 20, "y": 20, "w": 80, "h": 80}

    def test_and_the_mirror(self) -> None:
        made = picture(SCENE, ORIGINAL, "mirror")
        # The right edge was at 100 of 200: it is the left one now.
        assert made.truth.marks[0].geometry == {"x": 100, "y": 20, "w": 80, "h": 80}
        assert made.name == "s-mirror.jpg"

    @pytest.mark.parametrize(("variant", "sharpness"), [("plain", 5), ("dim", 5), ("blur", 2)])
    def test_a_blurred_one_is_not_sharp(self, variant: scenes.Variant, sharpness: FieldValue) -> None:
        assert picture(SCENE, ORIGINAL, variant).truth.answers["sharpness"] == sharpness

    def test_a_gray_one_is_tagged(self) -> None:
        assert [mark.class_ for mark in picture(SCENE, ORIGINAL, "gray").truth.marks] == ["person", "monochrome"]


class TestScenes:
    def test_the_truth_fits_the_ontology_and_the_pictures(self) -> None:
        folder = installed()
        assert folder is not None, "the tests need scikit-image"
        found = list(pictures(folder))
        assert len(found) > 40
        assert len({made.name for made in found}) == len(found)
        assert len({made.encoded() for made in found}) == len(found)
        assert [fault for made in found for fault in faults(made, scenes.ontology())] == []

    def test_every_class_is_there_to_be_found(self) -> None:
        seen = {thing.class_ for scene in read_scenes() for thing in scene.marks} | {"monochrome"}
        assert seen == {item_class.id for item_class in scenes.ontology().classes}

    def test_only_originals_that_are_free_are_used(self) -> None:
        # Declared CC0 or public domain by scikit-image; the motorcycle and the faces of its `lfw_subset` are not.
        free = {
            "astronaut.png", "camera.png", "coffee.png", "chelsea.png", "rocket.jpg", "clock_motion.png", "horse.png",
            "hubble_deep_field.jpg", "grass.png", "gravel.png", "brick.png",
        }  # fmt: skip
        assert {scene.file for scene in read_scenes()} <= free

    def test_the_ontology_is_sound(self) -> None:
        assert check_ontology(scenes.ontology(), frozenset({"box", "tag"})) == []


class TestDrawn:
    def test_the_truth_fits_the_ontology_and_the_pictures(self) -> None:
        found = list(drawn.pictures())
        assert len({made.encoded() for made in found}) == drawn.COUNT
        assert [fault for made in found for fault in faults(made, drawn.ontology())] == []
        assert check_ontology(drawn.ontology(), frozenset({"box"})) == []

    def test_is_always_the_same(self) -> None:
        assert [made.truth for made in drawn.pictures()] == [made.truth for made in drawn.pictures()]


class TestMaterial:
    def test_carries_its_examples_in_itself(self) -> None:
        made = material()
        assert made.guideline.count("](data:image/jpeg;base64,") == 3
        assert len(made.guideline) < 1_000_000
        assert made.notice == ""

    def test_without_scikit_image_it_is_drawn_and_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> None:
            return None

        monkeypatch.setattr("fairmark.entrypoints.demo.scenes.installed", missing)
        made = material()
        assert made.title == "Shapes"
        assert "pip install 'fairmark[demo]'" in made.notice
        assert set(made.truth) == {one.name for one in made.pictures}
