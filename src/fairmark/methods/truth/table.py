"""From the kind of an answer to the methods that infer it; the first of each is the default, the best measured."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.boxes import infer_boxes
from fairmark.methods.truth.dawid_skene import dawid_skene
from fairmark.methods.truth.free import infer_free
from fairmark.methods.truth.glad import glad
from fairmark.methods.truth.hierarchical import hierarchical
from fairmark.methods.truth.labels import Inference
from fairmark.methods.truth.mace import mace
from fairmark.methods.truth.numbers import infer_numbers
from fairmark.methods.truth.one_coin import one_coin
from fairmark.methods.truth.pairs import bradley_terry
from fairmark.methods.truth.rankings import plackett_luce
from fairmark.methods.truth.segments import infer_segments
from fairmark.methods.truth.sets import infer_sets
from fairmark.methods.truth.spans import infer_spans
from fairmark.methods.truth.text import medoid, weave
from fairmark.methods.truth.votes import majority, weighted_majority, zero_based_skill

CATEGORICAL: Mapping[str, Callable[..., Inference]] = MappingProxyType(
    {
        "hierarchical": hierarchical,
        "majority": majority,
        "weighted-majority": weighted_majority,
        "zero-based-skill": zero_based_skill,
        "one-coin": one_coin,
        "dawid-skene": dawid_skene,
        "glad": glad,
        "mace": mace,
    }
)
"""All of these take Labels and gold, and return an Inference."""
METHODS: Mapping[str, Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        "categorical": CATEGORICAL,
        "free": {"one-coin": infer_free},
        "number": {"bias-and-spread": infer_numbers},
        "pairs": {"bradley-terry": bradley_terry},
        "ranking": {"plackett-luce": plackett_luce},
        "text": {"weave": weave, "medoid": medoid},
        "spans": {"proposals": infer_spans},
        "segments": {"existence": infer_segments},
        "boxes": {"existence": infer_boxes},
        "set": {"binary": infer_sets},
    }
)
"""By the kind of the answer, then by name. Arguments and results differ by kind: see each."""


def methods_of(kind: str) -> Mapping[str, Callable[..., object]]:
    """The methods for a kind of answer, the default first. Raises Invalid for a kind that is not there."""
    if kind not in METHODS:
        raise Invalid(f"There is no kind of answer '{kind}'.", mend=f"Use one of: {', '.join(METHODS)}.")
    return METHODS[kind]


def method_of(kind: str, name: str | None = None) -> Callable[..., object]:
    """One method; None: the default. Raises Invalid for a kind or name that is not there."""
    methods = methods_of(kind)
    if name is not None and name not in methods:
        raise Invalid(f"There is no method '{name}' for {kind}.", mend=f"Use one of: {', '.join(methods)}.")
    return methods[name or next(iter(methods))]
