"""Payee and tax line that the agent names beside the account: offered with its suggestion, taken by a person."""

import re

import pytest

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import undo
from ledgerflow.payees.models import Payee
from tests.agent.server import answers
from tests.classification.rows import NOW
from tests.factories import AccountFactory, MembershipFactory

pytestmark = pytest.mark.django_db

OF_CAR, OF_OFFICE = "schedule-c:9", "schedule-c:18"
FORM = re.compile(r"<form[^>]*data-agent-offer.*?</form>", re.DOTALL)


def offered(client, desk, line, rest="review/line/{}/evidence/"):
    page = client.get(f"/books/{desk.book.slug}/{rest.format(line.pk)}").content.decode()
    found = FORM.search(page)
    return found[0] if found else ""


def asked(desk, **said):
    AccountFactory(book=desk.book, code="6120", name="Office", tax_line=OF_OFFICE)
    desk.fuel.tax_line = OF_CAR
    desk.fuel.save()
    line = desk.open("SQ *BLUE HERON 4411")
    desk.server.says(answers("6530", **said))
    desk.ask()
    return line


def test_accepting_takes_what_is_ticked_and_undo_gives_it_back(client, desk):
    line = asked(desk, payee="Blue <Heron> Ltd", tax_line=OF_OFFICE)
    before = Classification.objects.select_related("payee").get(line=line)
    client.force_login(desk.user)

    form = offered(client, desk, line)
    assert "Payee Blue &lt;Heron&gt; Ltd" in form
    assert "Tax line 18 Office expense" in form
    assert form.count("data-in-place") == 1
    assert "back=line" in offered(client, desk, line, "journal/line/{}/")
    # Until somebody accepts, neither stands anywhere.
    assert (before.tax_line, Payee.objects.filter(name__contains="Heron>").exists()) == ("", False)

    decide = f"/books/{desk.book.slug}/review/line/{line.pk}/decide/"
    ticked = {"account": desk.fuel.pk, "note": "", "payee": "Blue <Heron> Ltd", "tax_line": OF_OFFICE}
    client.post(decide, ticked, headers={"accept": "application/json"})

    made = Classification.objects.select_related("payee").get(line=line)
    assert (made.state, made.account, made.tax_line) == ("accepted", desk.fuel, OF_OFFICE)
    assert (made.payee.name, made.decided_by) == ("Blue <Heron> Ltd", desk.user)
    assert offered(client, desk, line) == ""

    undo(book=desk.book, user=desk.user, now=NOW)
    assert Classification.objects.get(line=line).payee == before.payee
    assert offered(client, desk, line)


@pytest.mark.parametrize(
    "said",
    [
        {"payee": "", "tax_line": None},
        {"payee": "", "tax_line": OF_CAR},  # the account's own
        {"payee": "blue heron", "tax_line": None},  # what it is called already
    ],
)
def test_what_the_line_has_anyway_is_not_offered(client, desk, said):
    line = asked(desk, **said)
    client.force_login(desk.user)

    assert Classification.objects.get(line=line).source == "agent"
    assert offered(client, desk, line) == ""


def test_viewers_are_offered_nothing(client, desk):
    line = asked(desk, payee="Blue Heron Ltd")
    client.force_login(MembershipFactory(book=desk.book, role=Role.VIEWER).user)

    assert offered(client, desk, line) == ""
