"""The page of a line: decided about there through the forms of the queue, with what is related to it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import RuleConditions, classify_lines, create_rule, decide
from ledgerflow.payees.services import name_payee
from tests.booked import NOW, BookedFile
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3, is_posted=False)


def _page(file, number=1, role=Role.OWNER):
    return file.client(role).get(file.address(f"journal/line/{file.line_ids[number]}/")).content.decode()


def _send(file, path, sent, number=1):
    address = file.address(f"review/line/{file.line_ids[number]}/{path}/?back=line")
    return file.client().post(address, sent, follow=True)


def test_the_forms_of_the_queue_stand_there_and_lead_back(file):
    page, here = _page(file), file.address(f"journal/line/{file.line_ids[1]}/")
    assert f'action="{file.address(f"review/line/{file.line_ids[1]}/split/")}?back=line"' in page
    assert 'name="split-0-amount"' in page

    answer = _send(file, "decide", {"account": file.expense.pk, "payee": "Corner Shop", "note": "for Kim"})

    assert answer.redirect_chain == [(here, 302)]
    assert f"Accepted as {file.expense}" in answer.content.decode()
    made = Classification.objects.get(line=file.line_ids[1])
    assert "It will be posted as" in answer.content.decode()
    assert (made.state, str(made.payee), made.note) == (State.ACCEPTED, "Corner Shop", "for Kim")
    refused = _send(file, "split", {"split-TOTAL_FORMS": 1, "split-INITIAL_FORMS": 0, "split-0-amount": "-1"})
    assert refused.redirect_chain == [(here, 302)]
    assert "A part needs an amount and an account." in refused.content.decode()


def test_nobody_decides_there_who_only_reads_or_about_what_is_posted(file):
    assert "data-decide" not in _page(file, role=Role.VIEWER)
    posted = BookedFile(1)

    page = _page(posted, 0)

    assert "data-decide" not in page
    assert f'href="{posted.address("journal/1/")}#reverse"' in page


def test_what_is_related_stands_there(file):
    payee = name_payee(book=file.book, name="Corner Shop")
    for line in file.line_ids[::2]:
        decide(book=file.book, line_id=line, account=file.expense, payee=payee, user=file.owner, now=NOW)

    page = _page(file, 2)

    related = page[page.index('id="related"') : page.index('id="files"')]
    same, beside = related.split("Beside it in the file")
    assert "The same payee" in same
    assert "Shop 1" in same
    assert f"{file.expense}, Accepted" in same
    assert "Shop 2" not in same
    assert "Shop 2" in beside
    assert ", after" not in beside


def test_the_file_and_the_receipts_stand_beside_it(file):
    file.attach(
        file.line_ids[1], ("slip.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20), ("words.txt", b"Thank you")
    )

    page = _page(file)

    beside = page[page.index("data-source") :]
    assert "<mark>2026-01-06,Shop 2,-2</mark>" in beside
    assert beside.count('<img loading="lazy"') == page.count("<img ") == 1
    assert "words.txt" not in beside


def test_more_lines_of_the_payee_take_as_many_queries(file):
    payee = name_payee(book=file.book, name="Corner Shop")
    client, taken = file.client(), list[int]()
    address = file.address(f"journal/line/{file.line_ids[1]}/")
    for numbers in (range(4, 6), range(6, 26)):
        file.take_in([Decimal(-number) for number in numbers], name=f"{numbers.start}.csv")
        for line in Classification.objects.filter(book=file.book).values_list("line_id", flat=True):
            decide(book=file.book, line_id=line, payee=payee, user=file.owner, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).content.decode()
        taken.append(len(queries))

    assert page[page.index("The same payee") :].split("</ul>")[0].count("<li>") == 6
    assert taken[0] == taken[1]


def test_the_rule_that_suggested_it_is_a_link_in_the_pane_of_the_queue(file):
    rule = create_rule(
        book=file.book,
        conditions=RuleConditions(text="shop 2"),
        account=file.expense,
        user=file.owner,
        now=NOW,
    )
    classify_lines(book=file.book, line_ids=file.line_ids)
    client, link = file.client(), f'href="{file.address(f"rules/{rule.pk}/")}"'

    panes = [
        client.get(file.address(f"review/line/{line}/evidence/")).content.decode() for line in file.line_ids
    ]

    assert [link in pane for pane in panes] == [False, True, False]
    assert 'name="split-0-amount"' in panes[1]
