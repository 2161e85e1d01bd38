"""Who may be kept out."""

import pytest

from fairmark.identity.administration.model import LastAdministrator, NotYourself
from fairmark.identity.administration.rules import check_disable
from fairmark.kernel.ids import PersonId, new_id

ADA, BEA, CAI = (PersonId(new_id()) for _ in range(3))


class TestCheckDisable:
    def test_administrators_disable_others_and_one_another(self) -> None:
        check_disable(ADA, CAI, {ADA})
        check_disable(ADA, BEA, {ADA, BEA})

    def test_nobody_disables_themself(self) -> None:
        with pytest.raises(NotYourself):
            check_disable(ADA, ADA, {ADA, BEA})

    def test_the_last_administrator_stays_whoever_asks(self) -> None:
        with pytest.raises(LastAdministrator):
            check_disable(None, ADA, {ADA})  # the operator at the machine
        with pytest.raises(LastAdministrator):
            check_disable(BEA, ADA, {ADA})  # an administrator whom Ada has disabled a moment ago
