"""Skeletons of classes, for tests."""

from fairmark.ontology.model import Skeleton, SkeletonPoint

FIGURE = Skeleton(
    (
        SkeletonPoint("nose", "Nose", 0.5, 0, sigma=0.026),
        SkeletonPoint("left_foot", "Left foot", 1, 1),
        SkeletonPoint("right_foot", "Right foot", 0, 0.75),
    ),
    (("nose", "left_foot"), ("nose", "right_foot")),
    (("left_foot", "right_foot"),),
)
WAND = Skeleton((SkeletonPoint("grip", "Grip", 0, 0), SkeletonPoint("tip", "Tip", 1, 1)), (("grip", "tip"),))
