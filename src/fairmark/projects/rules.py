"""What a project may be: decisions on pipelines, ontologies and states, without touching anything."""

import msgspec

from fairmark.kernel.errors import Invalid
from fairmark.ontology.definition import check_ontology
from fairmark.ontology.model import Ontology, Severity
from fairmark.projects.model import (
    BadOntology,
    BadPipeline,
    LabelStage,
    Pipeline,
    ProjectArchived,
    ProjectState,
    ReviewStage,
)


def check_pipeline(pipeline: Pipeline) -> None:
    """Raises BadPipeline unless the stages are one label stage and then reviews, with overlaps that can be met."""
    first, *rest = pipeline.stages
    if not isinstance(first, LabelStage):
        raise BadPipeline(
            "The first stage must be of kind 'label'.", mend="Put the label stage first.", path="/stages/0"
        )
    for index, stage in enumerate(rest, 1):
        if not isinstance(stage, ReviewStage):
            raise BadPipeline(
                f"Stage {index + 1} is a second label stage.",
                mend="Raise the overlap of the first stage instead.",
                path=f"/stages/{index}",
            )
    overlap = first.overlap
    if overlap.max < overlap.min:
        raise BadPipeline(
            f"overlap.max ({overlap.max}) is below overlap.min ({overlap.min}).",
            mend="Set max to at least min.",
            path="/stages/0/overlap/max",
        )
    if overlap.max > overlap.min and overlap.target is None and not overlap.targets:
        raise BadPipeline(
            "overlap.max is above overlap.min, but no target says when to stop.",
            mend="Set overlap.target, for example 0.8, or set max to min.",
            path="/stages/0/overlap/target",
        )
    if overlap.max == 1 and (overlap.target is not None or overlap.targets):
        raise BadPipeline(
            "One submission has no agreement, so overlap.target would never be used.",
            mend="Set overlap.max to 2 or more, or leave target out.",
            path="/stages/0/overlap/target",
        )


def check_ontology_document(ontology: Ontology, kinds: frozenset[str]) -> None:
    """Raises BadOntology with every fault. kinds: the mark kinds of the project's modality."""
    errors = [fault for fault in check_ontology(ontology, kinds) if fault.severity is Severity.ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise BadOntology(
            f"The ontology cannot be used: {errors[0].message} at {errors[0].path}{more}.",
            mend=errors[0].mend,
            faults=[msgspec.to_builtins(fault) for fault in errors[:100]],
        )


ALLOWED_STATES: dict[ProjectState, frozenset[ProjectState]] = {
    ProjectState.DRAFT: frozenset({ProjectState.ACTIVE, ProjectState.ARCHIVED}),
    ProjectState.ACTIVE: frozenset({ProjectState.PAUSED, ProjectState.ARCHIVED}),
    ProjectState.PAUSED: frozenset({ProjectState.ACTIVE, ProjectState.ARCHIVED}),
    ProjectState.ARCHIVED: frozenset(),
}


def check_state(now: ProjectState, then: ProjectState) -> None:
    """Raises ProjectArchived or Invalid if a project cannot go from `now` to `then`."""
    if now is then or then in ALLOWED_STATES[now]:
        return
    if now is ProjectState.ARCHIVED:
        raise ProjectArchived("The project is archived.", mend="Make a new project from its ontology.")
    raise Invalid(
        f"A project that is {now.value} cannot become {then.value}.",
        mend=f"From here it can become: {', '.join(sorted(ALLOWED_STATES[now]))}.",
    )


def check_open(state: ProjectState) -> None:
    """Raises ProjectArchived if the project takes no more changes."""
    if state is ProjectState.ARCHIVED:
        raise ProjectArchived("The project is archived.", mend="Make a new project from its ontology.")
