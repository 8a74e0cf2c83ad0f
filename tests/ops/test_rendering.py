"""What the database is led to does not hang on when the models of migrations are rendered."""

from types import SimpleNamespace

import pytest
from django.db import connection, models
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AlterField,
    CreateModel,
    RemoveField,
    RenameModel,
    RunPython,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from ledgerflow.ops.rendering import rendered_when_needed

_ID = ("id", models.BigAutoField(primary_key=True))
_BOOK = CreateModel("Book", [_ID, ("name", models.CharField(max_length=10))])
_LINE = CreateModel("Line", [_ID, ("book", models.ForeignKey("shop.Book", models.PROTECT))])
_NAMED = AddConstraint("Book", models.CheckConstraint(condition=~models.Q(name=""), name="named"))
_NOTE = AddField("Book", "note", models.TextField(default=""))
_OTHER = AddField("Line", "other", models.ForeignKey("shop.Book", models.PROTECT, related_name="+"))
_SMALL_ID = AlterField("Book", "id", models.IntegerField(primary_key=True))
_CHILD = CreateModel("Child", [("rank", models.IntegerField())], bases=("shop.book",))


def _led(operations: list[Operation]) -> ProjectState:
    state = ProjectState()
    assert state.apps is not None
    for operation in operations:
        operation.state_forwards("shop", state)
    return state


def _described(model: type[models.Model], state: ProjectState) -> list[object]:
    relations = [field for field in model._meta.local_fields if field.remote_field is not None]
    return [
        [(field.name, field.db_parameters(connection)["type"]) for field in model._meta.local_fields],
        [each.name for each in model._meta.constraints],
        # Whether the model that a relation names is the one that others find.
        [(each.name, each.related_model in state.apps.get_models()) for each in relations],
        sorted(each.name for each in model._meta.related_objects),
    ]


def _rendered(state: ProjectState) -> dict[str, list[object]]:
    """Return what each model is like, once somebody has looked at all of them."""
    state.clear_delayed_apps_cache()
    return {model.__name__: _described(model, state) for model in state.apps.get_models()}


@pytest.mark.parametrize(
    "further",
    [
        [_NAMED],
        [_NOTE],
        [_NAMED, _OTHER],
        [_NOTE, _SMALL_ID],
        [_NAMED, RemoveField("Line", "book")],
        [_NAMED, RenameModel("Book", "Ledger")],
        [_CHILD, _NOTE],
    ],
)
def test_the_models_are_those_that_django_renders(further: list[Operation]):
    with rendered_when_needed():
        ours = _rendered(_led([_BOOK, _LINE, *further]))

    assert ours == _rendered(_led([_BOOK, _LINE, *further]))


def test_a_change_of_one_model_renders_no_other():
    with rendered_when_needed():
        state = _led([_BOOK, _LINE])
        line = state.apps.get_model("shop", "Line")
        _NAMED.state_forwards("shop", state)

    assert state.apps.get_model("shop", "Book")._meta.constraints
    assert state.apps.get_model("shop", "Line") is line
    state.clear_delayed_apps_cache()
    assert state.apps.get_model("shop", "Line") is not line, "RunPython would see a model of before"


def test_what_a_step_back_looks_at_is_whole():
    seen = []
    step = RunPython(RunPython.noop, lambda apps, _: seen.append(apps.get_model("shop", "Line")))

    with rendered_when_needed():
        state = _led([_BOOK, _LINE, _NAMED])
        step.database_backwards("shop", SimpleNamespace(connection=connection), state, state)

    assert seen[0]._meta.get_field("book").related_model is state.apps.get_model("shop", "Book")


def test_django_s_own_way_comes_back():
    before = ProjectState.reload_model, RunPython.database_backwards

    with pytest.raises(ZeroDivisionError), rendered_when_needed():
        1 / 0  # noqa: B018 - only the error counts

    assert (ProjectState.reload_model, RunPython.database_backwards) == before
