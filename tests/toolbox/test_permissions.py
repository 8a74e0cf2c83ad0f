"""Who may do what with tools in a book."""

import pytest

from ledgerflow.books.models import Role
from ledgerflow.books.permissions import Action, may

_FROM = {
    Action.RUN_TOOLS: Role.BOOKKEEPER,
    Action.SEE_TOOL_RUNS: Role.BOOKKEEPER,
    Action.RUN_WRITING_TOOLS: Role.REVIEWER,
    Action.CONFIGURE_TOOLS: Role.OWNER,
}
_RISING = [Role.VIEWER, Role.BOOKKEEPER, Role.REVIEWER, Role.OWNER]


@pytest.mark.parametrize("action", _FROM)
@pytest.mark.parametrize("role", _RISING)
def test_a_role_may_what_the_lowest_that_may_and_all_above_it_may(action, role):
    assert may(role, action) is (_RISING.index(role) >= _RISING.index(_FROM[action]))
    assert not may(None, action)
