"""The formats by name. A new one is a file, a line here, and its paragraph in docs/formats.md."""

from fairmark.formats.coco import Coco
from fairmark.formats.coco_panoptic import CocoPanoptic
from fairmark.formats.contract import Format
from fairmark.formats.cvat import Cvat
from fairmark.formats.datumaro import Datumaro
from fairmark.formats.fairmark_jsonl import FairmarkJsonl
from fairmark.formats.label_studio import LabelStudio
from fairmark.formats.labelbox import Labelbox
from fairmark.formats.open_images import OpenImages
from fairmark.formats.supervisely import Supervisely
from fairmark.formats.voc import Voc
from fairmark.formats.yolo import Yolo, YoloObb, YoloPose, YoloSegment

FORMATS: dict[str, Format] = {
    "fairmark_jsonl": FairmarkJsonl(),
    "coco": Coco(),
    "coco_panoptic": CocoPanoptic(),
    "yolo": Yolo(),
    "yolo_segment": YoloSegment(),
    "yolo_obb": YoloObb(),
    "yolo_pose": YoloPose(),
    "voc": Voc(),
    "cvat": Cvat(),
    "label_studio": LabelStudio(),
    "datumaro": Datumaro(),
    "open_images": OpenImages(),
    "labelbox": Labelbox(),
    "supervisely": Supervisely(),
}
