"""A static file that the manifest does not know keeps its plain name and is reported; it is never an error page."""

import logging

import pytest
from django.core.files.base import ContentFile
from django.template import Context, Template

from ledgerflow.web.static_files import StaticFiles


@pytest.fixture
def collected(tmp_path, settings):
    """Collected files of which one is not in the manifest."""
    settings.STATIC_ROOT = tmp_path
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    storage.save("web/known.css", ContentFile(b"a { color: red }"))
    list(storage.post_process({"web/known.css": (storage, "web/known.css")}))
    storage.save("web/late.css", ContentFile(b"a { color: blue }"))
    return StaticFiles(location=tmp_path, base_url="/static/")


def test_what_is_in_the_manifest_has_its_hash(collected):
    name = collected.stored_name("web/known.css")

    assert name != "web/known.css"
    assert collected.exists(name)


@pytest.mark.parametrize("name", ["web/late.css", "web/no-such.css"])
def test_what_is_not_keeps_its_plain_name_and_is_reported_once(collected, name, caplog):
    with caplog.at_level(logging.ERROR):
        assert collected.url(name) == f"/static/{name}"
        assert collected.url(name) == f"/static/{name}"

    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert name in caplog.text


def test_a_page_is_shown_although_its_style_sheet_is_missing(collected, monkeypatch):
    monkeypatch.setattr("django.contrib.staticfiles.storage.staticfiles_storage", collected)

    page = Template("{% load static %}{% static 'web/no-such.css' %}").render(Context())

    assert page == "/static/web/no-such.css"
