"""Decisions about workforces: who may arrange which, what a skill is called, what a worker is called."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from fairmark.kernel.actor import Actor, ActorKind, Permission, WorkRole, allowed
from fairmark.kernel.ids import OrgId, WorkforceId
from fairmark.workforce.model import (
    BadSkill,
    BadWorkforceName,
    LentToItself,
    LentWorkforce,
    NoPauseReason,
    NotTheirLead,
    Workforce,
)

SKILLS_MAX: Final = 100
_SKILL: Final = re.compile(r"[a-z0-9][a-z0-9:._-]{0,59}", re.ASCII)

_QUALITY_WORDS: Final = """
able agile amber ample apt azure bold brave brief bright brisk bronze calm candid clear clever coral cosy crisp
curious deft eager early easy fair fine firm fleet fond frank fresh gentle glad golden grand green happy hardy
honest ivory jade jolly keen kind lilac lively lucid lucky mellow merry mild modest neat nimble noble olive patient
pearl plain polite prime proud quick quiet ready rosy royal ruby rustic sage sandy serene silver smart snug solid
spry steady still sunny swift tidy tranquil trim true upbeat vivid warm wise witty young zesty
"""
_BEING_WORDS: Final = """
acorn alder apple aspen badger beaver birch bison brook cedar cherry clover comet condor coral cove crane cricket
dove eagle egret elk elm falcon fern finch fjord fox gecko glade grove harbor hare hawk hazel heron ibis iris ivy
jay kestrel kite koala lake lark laurel lemur lily linden lotus lynx maple marten meadow mole moose moth myrtle newt
oak ocelot olive orchid osprey otter owl panda pebble pine plover poplar quail quince rabbit raven reed robin rowan
salmon seal sparrow spruce swan tern thrush tulip turtle walnut willow wren yak zebra
"""
_QUALITIES: Final = _QUALITY_WORDS.split()
_BEINGS: Final = _BEING_WORDS.split()
_NUMBERS: Final = 9000
ALIASES: Final = len(_QUALITIES) * len(_BEINGS) * _NUMBERS
"""How many aliases there are: some 80 million."""


def alias(number: int) -> str:
    """The alias of a number in [0, ALIASES): "brisk-otter-4821". Draw the number at random.

    An alias is drawn, not derived from the person, so nobody can compute that two of them are one person.
    """
    rest, tail = divmod(number, _NUMBERS)
    quality, being = divmod(rest, len(_BEINGS))
    return f"{_QUALITIES[quality]}-{_BEINGS[being]}-{1000 + tail}"


def check_skills(skills: Iterable[str]) -> list[str]:
    """The skills, sorted, each once. Raises BadSkill."""
    cleaned = sorted(set(skills))
    for skill in cleaned:
        if not _SKILL.fullmatch(skill):
            raise BadSkill(
                f"'{skill[:60]}' is no skill.",
                mend="Use up to 60 lower-case letters, digits and : . _ - such as 'lidar' or 'lang:de'.",
            )
    if len(cleaned) > SKILLS_MAX:
        raise BadSkill(f"{len(cleaned)} skills are more than {SKILLS_MAX}.", mend="Leave some out.")
    return cleaned


def clean_name(name: str) -> str:
    """`name` without blanks around it, in Unicode NFC. Raises BadWorkforceName."""
    cleaned = unicodedata.normalize("NFC", name).strip()
    if not cleaned or any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in cleaned):
        raise BadWorkforceName("The name is empty or holds control characters.", mend="Write a name on one line.")
    return cleaned


def check_pause(paused: bool | None, reason: str | None) -> str | None:
    """The reason to keep. Raises NoPauseReason: who gets no more work is told why."""
    said = (reason or "").strip()
    if paused and not said:
        raise NoPauseReason("A pause needs a reason; the worker reads it.", mend="Send `reason`.", field="reason")
    if said and not paused:
        raise NoPauseReason("A reason goes with a pause.", mend="Send `paused: true` as well, or no reason.")
    return said or None


def arranges_all(actor: Actor) -> bool:
    """Whether the actor may arrange every workforce of the organisation: managers, keys that write, the system."""
    return actor.kind is ActorKind.SYSTEM or allowed(actor, Permission.PROJECT_WRITE)


def check_arranges(actor: Actor, led: Iterable[WorkforceId], concerned: Iterable[WorkforceId]) -> None:
    """Whether the actor, who leads `led`, may arrange one of the `concerned`. Raises NotTheirLead."""
    if arranges_all(actor) or not set(led).isdisjoint(concerned):
        return
    raise NotTheirLead(
        "You lead another workforce.", mend="Ask a lead of this workforce, or a manager of the organisation."
    )


def check_own(workforce: Workforce) -> None:
    """Raises LentWorkforce if its people belong to another organisation's workforce."""
    if workforce.lent:
        raise LentWorkforce(
            f"The people of '{workforce.name}' are lent: they join and leave at the lender.",
            mend="Pause a worker here to give them no more work, or make a workforce of your own.",
        )


def check_lend(workforce: Workforce, lender: OrgId, borrower: OrgId) -> None:
    """Raises LentToItself, and LentWorkforce for people who are lent themselves."""
    if lender == borrower:
        raise LentToItself("This organisation has the workforce already.", mend="Name another organisation.")
    check_own(workforce)


def role_lent(role: WorkRole) -> WorkRole:
    """What somebody is at the borrower: a lead sees all its projects, so only the borrower makes leads."""
    return WorkRole.REVIEWER if role is WorkRole.LEAD else role
