"""Models of migrations, rendered when somebody looks at them and not after every step.

Django renders, after every operation, all models that are related to the one it changed. Here nearly all are, through
the book and its people, so seven eighths of the time of a first start went there.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython
from django.db.migrations.state import ProjectState


@contextmanager
def rendered_when_needed() -> Iterator[None]:
    """Let migrations that run meanwhile render what an operation changed alone, and all models once one looks at them.

    Django knows states of which some models are not up to date (``is_delayed``), and renders them anew before
    ``RunPython``; before the way back of one it does so here. That is what this uses for every model that is new, or
    changed without a change of relations. After changes of relations the whole is rendered, once the next operation
    asks for it.
    """
    before = {place: getattr(*place) for place in _OURS}
    for place, method in _OURS.items():
        setattr(*place, method)
    try:
        yield
    finally:
        for place, method in before.items():
            setattr(*place, method)


def _reload_model(self: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    if "apps" not in self.__dict__:
        return
    name = model_name.lower()
    is_new = name not in self.apps.all_models[app_label]
    is_base = any(f"{app_label}.{name}" in state.bases for state in self.models.values())
    if (delay or is_new) and not is_base:
        self.is_delayed = True
        self._reload({(app_label, name)})  # type: ignore[attr-defined]  # not in the stubs
    else:
        _forget(self)


def _reload_models(self: ProjectState, models: object, delay: bool = True) -> None:  # noqa: ARG001 - Django's signature
    _forget(self)


def _forget(state: ProjectState) -> None:
    """Let the next who asks for the models have all of them rendered; ``apps`` is a cached property."""
    state.__dict__.pop("apps", None)
    state.is_delayed = False


_backwards = RunPython.database_backwards


def _backwards_with_all_models(
    self: RunPython,
    app_label: str,
    schema_editor: BaseDatabaseSchemaEditor,
    from_state: ProjectState,
    to_state: ProjectState,
) -> None:
    # Django does so forwards alone.
    from_state.clear_delayed_apps_cache()
    _backwards(self, app_label, schema_editor, from_state, to_state)


_OURS = {
    (ProjectState, "reload_model"): _reload_model,
    (ProjectState, "reload_models"): _reload_models,
    (RunPython, "database_backwards"): _backwards_with_all_models,
}
