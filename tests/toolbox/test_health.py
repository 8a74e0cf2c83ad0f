"""Every enabled tool that cannot run is named with the way out, and harms nothing else."""

import datetime as dt

import pytest
from django.core import checks
from django.urls import reverse

from ledgerflow.ops import doctor
from ledgerflow.toolbox.models import Tool
from ledgerflow.toolbox.services.registry import enable_tool, sync_tools
from ledgerflow.toolbox.views import registry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)


@pytest.fixture
def tool(packages) -> Tool:
    path = packages.counter()
    sync_tools(now=NOW)
    return enable_tool(tool=Tool.objects.get(module_path=path), user=UserFactory(is_firm_admin=True), now=NOW)


def _said() -> list[tuple[str, str]]:
    found = checks.run_checks(databases=["default"])
    return [(message.msg, message.hint) for message in found if message.id == "toolbox.W001"]


def test_while_every_enabled_tool_loads_it_says_nothing(tool):
    assert _said() == []
    (finding,) = [each for each in doctor.examine() if each.subject == "Tools"]
    assert (finding.health, finding.detail) == (doctor.Health.GOOD, "every enabled tool loads")


@pytest.mark.parametrize(
    ("package", "sentence", "remedy"),
    [
        (
            ("import a_module_that_nobody_has",),
            "needs “a_module_that_nobody_has”, which is not installed",
            "Mend",
        ),
        (
            ("import a_module_that_nobody_has", "# why\na-module-that-nobody-has>=1  # this\n"),
            "It needs a-module-that-nobody-has>=1, which is not installed",
            "Run `python -m pip install -r tools/word_counter/requirements.txt`.",
        ),
        (
            ("raise ValueError('spoilt')",),
            "cannot be imported: ValueError: spoilt",
            "Mend tools/word_counter",
        ),
        (("import os; os.abort()",), "ends its process", "Mend tools/word_counter"),
    ],
)
def test_an_enabled_tool_that_does_not_load_it_names_with_the_way_out(
    packages, tool, package, sentence, remedy
):
    packages.write("word_counter", *package)

    ((said, hint),) = _said()

    assert said.startswith("tools.word_counter.count: ")
    assert sentence in said
    assert hint.startswith(remedy)
    (finding,) = [each for each in doctor.examine() if each.subject == "Tools"]
    assert (finding.detail, finding.remedy) == (said, hint)


def test_a_requirement_in_another_version_it_names(packages, tool):
    packages.write(
        "word_counter", (packages.folder / "word_counter" / "__init__.py").read_text(), "django<2\n"
    )

    ((said, _),) = _said()

    assert "It needs django<2" in said


def test_a_tool_that_is_gone_or_waits_it_names(packages, tool):
    packages.counter(version="2.0.0")
    sync_tools(now=NOW)
    assert "It waits for consent: it is version 2.0.0" in _said()[0][0]

    packages.remove("word_counter")
    assert "Its package is gone." in _said()[0][0]


def test_a_tool_that_nobody_enabled_it_does_not_name(packages):
    packages.write("word_counter", "raise ValueError")

    assert _said() == []


def test_without_a_database_to_ask_it_says_nothing():
    assert [each for each in checks.run_checks() if each.id == "toolbox.W001"] == []


@pytest.mark.parametrize("is_closed", [True, False])
def test_it_is_said_whether_the_kernel_closes_the_network(monkeypatch, client, is_closed):
    monkeypatch.setattr(doctor, "network_is_closed", lambda: is_closed)
    monkeypatch.setattr(registry, "network_is_closed", lambda: is_closed)
    client.force_login(UserFactory(is_firm_admin=True))
    tool = Tool.objects.get(module_path="tools.receipt_reader.read_receipt")

    (finding,) = [each for each in doctor.examine() if each.subject == "Network of tools"]
    page = client.get(reverse("toolbox:tool", kwargs={"tool": tool.pk})).content.decode()

    assert finding.detail.startswith("closed to their processes" if is_closed else "not closed by the kernel")
    assert ("the kernel closes it" in page) == is_closed
    assert ("keeps it from reaching out by itself" in page) != is_closed
