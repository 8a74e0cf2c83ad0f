"""Limits that an installation or a book sets below those of the manifest."""

import pytest
from django.db import IntegrityError, transaction

from ledgerflow.books.models import Role
from ledgerflow.books.permissions import NotAllowedError
from ledgerflow.toolbox.errors import ConfigurationError
from ledgerflow.toolbox.models import Asker, Tool, ToolConfiguration
from ledgerflow.toolbox.services.calling import Asking, ToolFailedError, ToolNotAllowedError
from ledgerflow.toolbox.services.configuration import Limits, configure_tool, limits_for
from tests.factories import MembershipFactory
from tests.toolbox.workbench import NOW, Workbench

MANIFEST = (600, 10_000)


@pytest.fixture
def path(bench: Workbench) -> str:
    return bench.tool("return Said('x')", permissions="calls_a_minute=600, calls_a_day=10_000")


def _limit(bench: Workbench, path: str, *limits: int | None, book=None, user=None) -> ToolConfiguration:
    return configure_tool(
        tool=Tool.objects.get(module_path=path),
        book=book,
        values={},
        limits=Limits(*limits) if limits else None,
        user=user or bench.admin,
        now=NOW,
    )


def test_the_lowest_of_manifest_installation_and_book_holds(bench, path):
    tool, other = Tool.objects.get(module_path=path), MembershipFactory().book

    assert limits_for(tool, bench.book) == MANIFEST
    _limit(bench, path, 30, None)
    _limit(bench, path, 20, 50, book=bench.book, user=bench.user)

    assert limits_for(tool, bench.book) == (20, 50)
    assert limits_for(tool, other) == limits_for(tool, None) == (30, 10_000)
    _limit(bench, path, 10, 5)  # the book's own stay, and no longer matter
    assert limits_for(tool, bench.book) == (10, 5)
    _limit(bench, path, None, None)
    assert limits_for(tool, bench.book) == (20, 50)
    assert limits_for(tool, other) == MANIFEST


def test_settings_that_are_kept_without_limits_leave_them(bench, path):
    _limit(bench, path, 30, 40)

    kept = _limit(bench, path)

    assert (kept.calls_a_minute, kept.calls_a_day) == (30, 40)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ((601, None), "601 calls a minute are too many; at most 600 were agreed to"),
        ((None, 10_001), "10,001 calls a day are too many; at most 10,000 were agreed to"),
        ((0, None), "a limit of calls a minute is a whole number from 1 on, or nothing"),
        ((None, -1), "whole number from 1"),
        ((True, None), "whole number from 1"),
        ((1.5, None), "whole number from 1"),
        (("5", None), "whole number from 1"),
        ((2**70, None), "too many"),
    ],
)
def test_nobody_raises_a_limit_or_sets_one_that_is_none(bench, path, limits, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        _limit(bench, path, *limits)

    assert not ToolConfiguration.objects.filter(tool__module_path=path).exists()


def test_a_book_stays_within_the_installation(bench, path):
    _limit(bench, path, 30, None)

    with pytest.raises(ConfigurationError, match="31 calls a minute are too many; at most 30 are the instal"):
        _limit(bench, path, 31, None, book=bench.book)


def test_owners_limit_their_book_and_nobody_else_does(bench, path):
    keeper = MembershipFactory(book=bench.book, role=Role.BOOKKEEPER).user

    _limit(bench, path, 5, 5, book=bench.book, user=bench.user)
    for user, book in ((keeper, bench.book), (bench.user, None), (bench.user, MembershipFactory().book)):
        with pytest.raises(NotAllowedError):
            _limit(bench, path, 6, 6, book=book, user=user)


def test_a_call_beyond_them_is_refused_and_the_next_one_after_they_are_raised_is_not(bench, path):
    other = MembershipFactory(user=bench.user).book
    bench.call(path)  # counted, and the day's limit found far away
    _limit(bench, path, None, 2, book=bench.book)

    bench.call(path)
    with pytest.raises(ToolNotAllowedError, match="called 2 times within a day, which is its limit here"):
        bench.call(path)
    bench.call(path, asking=Asking(through=Asker.PERSON, book=other, user=bench.user))
    _limit(bench, path, None, 3, book=bench.book)
    bench.call(path)
    _limit(bench, path, 3, None)
    with pytest.raises(ToolNotAllowedError, match="within a minute"):
        bench.call(path)


def test_a_tool_that_another_one_calls_has_its_own(bench, path):
    caller = bench.tool(
        f"return Said(context.tools[{path!r}]()['text'])", arguments="context: Context", needs=(path,)
    )
    _limit(bench, path, 1, None)

    bench.call(caller)
    with pytest.raises(ToolFailedError, match="within a minute"):
        bench.call(caller)


def test_postgresql_keeps_no_limit_below_one(bench, path):
    kept = _limit(bench, path, 5, 5)

    for name in ("calls_a_minute", "calls_a_day"):
        with pytest.raises(IntegrityError, match="toolbox_limit"), transaction.atomic():
            ToolConfiguration.objects.filter(pk=kept.pk).update(**{name: 0})
