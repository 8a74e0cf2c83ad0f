"""How lists look to a person: density, columns, saved views, and the list as a file."""

import csv
import re

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role, SavedView
from ledgerflow.books.services import saved_views
from ledgerflow.books.services.saved_views import SavedViewError, delete_view
from ledgerflow.classification.models import Classification, Tag
from ledgerflow.classification.services import change_tags
from ledgerflow.reports.views import line_files
from ledgerflow.review.lists import LINES, QUEUE
from ledgerflow.users.models import User
from ledgerflow.web.go_selectors import places
from tests.booked import NOW, BookedFile
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def file():
    return BookedFile(3, is_posted=False)


@pytest.fixture
def owner(file):
    return file.client()


def _page(client, address):
    return client.get(address).content.decode()


def _head(page):
    return page.partition('class="list-head')[2].partition("<table")[0]


def _save(client, file, name="Small", of="queue", **asked):
    return client.post(
        file.address(f"views/of/{of}/"), {"name": name, "next": "/", **(asked or {"q": "amount:<2.5"})}
    )


def _said(response):
    return [str(message) for message in get_messages(response.wsgi_request)][-1]


def _told(client, file, path):
    response = client.get(file.address(f"reports/lists/{path}"))
    assert response.status_code == 200
    return list(csv.reader(response.getvalue().decode().splitlines()))


def test_rows_are_close_for_who_wants_it_on_every_page_and_the_switch_leads_back(file, owner):
    address = file.address("review/?q=shop")

    answer = owner.post("/density/", {"density": "compact", "next": address})
    elsewhere = owner.post("/density/", {"density": "compact", "next": "https://evil.example/"})
    nowhere = owner.post("/density/", {"density": "compact", "next": "garbage"})

    assert (answer["Location"], elsewhere["Location"], nowhere["Location"]) == (address, "/", "/")
    for page in (address, "/profile/"):
        assert '<body class="is-compact"' in _page(owner, page)
        assert "Comfortable rows" in _page(owner, page)
    assert "is-compact" not in _page(file.client(Role.VIEWER), address)
    switch = next(place for place in places(user=User.objects.get(pk=file.owner.pk), book=None, words="rows"))
    assert (switch.name, switch.form) == ("Comfortable rows", "density-switch")
    assert 'id="density-switch"' in _page(owner, "/go/?q=rows")
    assert 'form="density-switch"' in _page(owner, "/go/?q=rows")
    owner.post("/density/", {"density": "comfortable"})
    assert "is-compact" not in _page(owner, address)


def test_a_person_chooses_columns_by_list_and_those_that_decide_stay(file, owner):
    address = file.address("review/lines/")
    usual = _page(owner, address)

    owner.post("/lists/lines/columns/", {"columns": ["text", "state", "no-such"], "next": address})

    page = _page(owner, address)
    assert "Checking" in usual
    assert "Checking" not in page.partition("<tbody>")[2]
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)', page) == ["Date", "Payee", "Amount", "State"]
    assert User.objects.get(pk=file.owner.pk).list_columns == {"lines": ["text", "state"]}
    assert "Checking" in _page(owner, file.address("review/")).partition("<tbody>")[2]
    assert "Checking" in _page(file.client(Role.VIEWER), address)
    owner.post("/lists/lines/columns/", {"reset": "1", "columns": ["text"]})
    assert User.objects.get(pk=file.owner.pk).list_columns == {}
    assert owner.post("/lists/no-such-list/columns/").status_code == 404


def test_a_choice_that_names_a_column_of_the_past_is_no_matter(file):
    file.owner.list_columns = {"queue": ["bank", "gone"]}

    assert QUEUE.shown(file.owner) == {"date", "payee", "amount", "account", "bank"}
    assert LINES.shown(file.owner) >= {"state", "bank", "note"}
    with pytest.raises(IntegrityError, match="users_columns_are_by_list"), transaction.atomic():
        User.objects.update(list_columns=["bank"])


def test_the_register_leaves_out_what_nobody_wants(owner, file):
    posted = BookedFile(2)
    client, address = posted.client(), posted.address(f"reports/register/{posted.bank.ledger_account_id}/")
    usual = _page(client, address)

    client.post("/lists/register/columns/", {"columns": ["entry"], "next": address})

    page = _page(client, address)
    assert "Balance USD</th>" in usual
    assert "/statements/document/" in usual
    heads = re.findall(r'<th scope="col"[^>]*>([^<]+)', page)
    assert heads[:5] == ["Date", "Entry", "Text", "Debit USD", "Credit USD"]
    first = page.partition("<tbody>")[2].partition("</tr>")[0]
    assert first.count("<td") == 5


def test_a_view_is_saved_from_the_list_and_chosen_from_its_head_and_from_the_palette(file, owner):
    searched = _head(_page(owner, file.address("review/?q=amount%3A%3C2.5&after=1")))

    answer = _save(owner, file, tab="to-review", q="amount:<2.5", group="payee", after="7", other="x")

    view = SavedView.objects.get()
    assert 'name="q" value="amount:&lt;2.5"' in searched
    assert 'name="after"' not in searched
    assert view.asked == {"q": "amount:<2.5", "group": "payee"}
    assert answer["Location"] == file.address("review/?q=amount%3A%3C2.5&group=payee")
    page = _page(owner, answer["Location"])
    assert len(re.findall("<tr data-line", page)) == 2
    assert '<summary class="btn btn-sm" data-key="v"' in page
    assert re.search(r"</svg> Small</summary>", page)
    assert "Save view" not in page
    assert "Save view" not in _page(owner, file.address("review/"))
    assert 'aria-current="true">Small' not in _head(_page(owner, file.address("review/")))
    found = places(user=file.owner, book=file.book, words="SMALL")
    assert ("Small", "Review queue", answer["Location"]) in [
        (each.name, each.kind, each.url) for each in found
    ]
    register = _save(owner, file, "Bank", of="register", account=file.bank.ledger_account_id, q="shop")
    assert register["Location"] == file.address(f"reports/register/{file.bank.ledger_account_id}/?q=shop")
    assert "</svg> Bank</summary>" in _page(owner, register["Location"])


def test_own_views_are_ones_own_and_shared_ones_everybodys(file, owner):
    other = file.client(Role.BOOKKEEPER)
    _save(owner, file, "Mine")
    _save(owner, file, "Ours", q="shop", shared="on")

    assert re.findall(r"(Mine|Ours)</a>", _head(_page(other, file.address("review/")))) == ["Ours"]
    page = _page(other, file.address("views/"))
    mine = SavedView.objects.get(name="Mine")
    ours = SavedView.objects.get(name="Ours")
    assert "Ours" in page
    assert "Mine" not in page
    for act in ("rename", "delete"):
        assert other.post(file.address(f"views/{mine.pk}/{act}/"), {"name": "x"}).status_code == 404
    other.post(file.address(f"views/{ours.pk}/rename/"), {"name": " Everybody's "})
    assert SavedView.objects.get(pk=ours.pk).name == "Everybody's"
    other.post(file.address(f"views/{ours.pk}/delete/"))
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Mine"]
    viewer = file.client(Role.VIEWER)
    assert _save(viewer, file).status_code == 403
    assert "Save view" not in _page(viewer, file.address("review/?q=shop"))
    elsewhere = MembershipFactory(user=file.owner).book
    assert owner.post(f"/books/{elsewhere.slug}/views/{mine.pk}/delete/").status_code == 404


def test_a_name_is_there_once_and_something_has_to_be_asked_for(file, owner):
    _save(owner, file, "Small")
    view = SavedView.objects.get()

    again = _save(owner, file, "SMALL", q="shop")
    nothing = _save(owner, file, "All", tab="to-review")
    no_name = _save(owner, file, " ")
    no_account = _save(owner, file, "Bank", of="register", account="x", q="shop")

    assert _said(again) == "You have a view of this list by that name already."
    assert _said(nothing).startswith("The list is as it always is")
    assert _said(no_name) == "Name: This field cannot be blank."
    assert _said(no_account) == "That is no address of the list."
    assert SavedView.objects.get() == view
    view.pk = None
    with pytest.raises(IntegrityError, match="books_own_view_once_by_name"), transaction.atomic():
        view.save()
    for wrong, name in (({"name": ""}, "books_view_has_a_name"), ({"asked": []}, "books_view_asks_by_name")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SavedView.objects.update(**wrong)
    _save(owner, file, "Ours", q="shop", shared="on")
    taken = _save(file.client(Role.BOOKKEEPER), file, "ours", q="x", shared="on")
    assert _said(taken) == "The book has a shared view of this list by that name already."


def test_a_name_that_somebody_else_takes_at_this_moment_is_taken_and_a_view_is_deleted_once(
    file, owner, monkeypatch
):
    _save(owner, file, "Small")
    _save(owner, file, "Large", q="shop")
    small, large = SavedView.objects.order_by("pk")
    check, checked = SavedView.full_clean, []

    def check_later(view):  # what is looked at before it is kept is not what is there then
        checked.append(view)
        if len(checked) % 2 == 0:
            check(view)

    monkeypatch.setattr(SavedView, "full_clean", check_later)

    again = _save(owner, file, "small", q="other")
    renamed = owner.post(file.address(f"views/{large.pk}/rename/"), {"name": "SMALL"})

    assert {_said(again), _said(renamed)} == {"You have a view of this list by that name already."}
    assert len(checked) == 4
    delete_view(view=small, user=file.owner)
    with pytest.raises(SavedViewError, match="deleted already"):
        delete_view(view=small, user=file.owner)


def test_nobody_saves_more_views_of_a_list_than_can_be_found(file, owner, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 1)
    _save(owner, file, "Own")
    _save(owner, file, "Shared", shared="on", q="shop")
    _save(owner, file, "Of another list", of="lines", q="shop")
    _save(file.client(Role.BOOKKEEPER), file, "Theirs", q="shop")

    own = _save(owner, file, "One more", q="x")
    shared = _save(owner, file, "One more", q="x", shared="on")

    assert SavedView.objects.count() == 4
    assert _said(own) == "You have 1 views of this list, and more there cannot be: delete one first."
    assert _said(shared).startswith("The book shares 1 views of this list")


def test_what_asks_for_nothing_is_not_saved(file, owner):
    nonsense = {"tab": "lost", "group": "color", "from": "2026-02-30", "payee": "x", "account": "1" * 19}

    nothing = _save(owner, file, "None", **nonsense)
    _save(owner, file, "Shops", q="shop", **nonsense)

    assert _said(nothing).startswith("The list is as it always is")
    assert SavedView.objects.get().asked == {"q": "shop"}
    register = f"reports/register/{file.bank.ledger_account_id}/"
    for path, wrong in (("journal/", "from=x"), (register, "to=1000-01-01"), ("review/", "tab=lost")):
        assert "Save view" in _page(owner, file.address(f"{path}?from=2026-01-01"))
        assert "Save view" not in _page(owner, file.address(f"{path}?{wrong}"))
    SavedView.objects.update(list="journal", asked={"from": "x"})
    assert "This is the saved view “Shops”" in _page(owner, file.address("journal/?from=x"))
    assert "Shops</summary>" not in _page(owner, file.address("journal/"))


@pytest.mark.parametrize("of", ["register", "gone"])
def test_a_view_that_leads_nowhere_breaks_no_page_and_can_be_deleted(file, owner, of):
    _save(owner, file, "Lost", of="register", account=file.bank.ledger_account_id, q="shop")
    SavedView.objects.update(list=of, asked={"account": "x"})

    register = _page(owner, file.address(f"reports/register/{file.bank.ledger_account_id}/"))
    page = _page(owner, file.address("views/"))

    assert "Lost</a>" not in _head(register)
    assert "Lost" not in [each.name for each in places(user=file.owner, book=file.book, words="lost")]
    assert re.search(r"Lost<div[^>]*>What it shows is nowhere any more\.", page)
    owner.post(file.address(f"views/{SavedView.objects.get().pk}/delete/"))
    assert not SavedView.objects.exists()


def test_a_view_whose_search_is_none_any_more_says_so_and_can_be_deleted(file, owner):
    change_tags(
        book=file.book, line_ids=file.line_ids[:1], add=["berlin"], remove=[], user=file.owner, now=NOW
    )
    _save(owner, file, "Berlin", q="#berlin")
    Tag.objects.update(name="paris")

    page = _page(owner, file.address("review/?q=%23berlin"))

    view = SavedView.objects.get()
    assert "This is the saved view “Berlin”. What it searches for is no search any more" in page
    assert file.address(f"views/#view-{view.pk}") in page
    assert f'id="view-{view.pk}"' in _page(owner, file.address("views/"))
    owner.post(file.address(f"views/{view.pk}/delete/"))
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("path", ["review/", "review/lines/", "views/"])
def test_many_views_take_as_many_queries_as_none(file, owner, path):
    counts = []
    for names in ([], "abc", "defghij"):
        for name in names:
            _save(owner, file, name, q=name)
        owner.get(file.address(path))
        with CaptureQueriesContext(connection) as queries:
            owner.get(file.address(path))
        counts.append(len(queries))
        asked = [query for query in queries if "books_savedview" in query["sql"]]

    assert len(set(counts)) == 1
    assert len(asked) == 1


def test_the_queue_is_a_file_of_what_it_shows(file, owner, monkeypatch):
    monkeypatch.setattr(line_files, "_BLOCK", 1)
    change_tags(
        book=file.book, line_ids=file.line_ids[:1], add=["berlin"], remove=[], user=file.owner, now=NOW
    )
    owner.post("/lists/queue/columns/", {"columns": ["note"]})
    Classification.objects.filter(line_id=file.line_ids[1]).update(payee=None)

    rows = _told(owner, file, "queue/?q=amount:<2.5&group=payee&format=csv")

    assert rows == [
        ["date", "payee", "text", "note", "tags", "amount", "currency", "account"],
        ["2026-01-05", "Shop 1", "Shop 1", "", "#berlin", "-1.00", "USD", ""],
        ["2026-01-06", "", "Shop 2", "", "", "-2.00", "USD", ""],
    ]
    owner.post("/lists/queue/columns/", {"columns": ["text"]})
    page = _page(owner, file.address("review/?q=shop"))
    assert "format=csv" in _head(page)
    assert len(re.findall('<div class="small">Shop', page)) == 2  # the third line is called so already


def test_the_lines_are_a_file_that_no_spreadsheet_computes(file, owner, monkeypatch):
    monkeypatch.setattr(line_files, "_BLOCK", 2)
    line = file.statement.sightings.first().line
    type(line).objects.filter(pk=line.pk).update(description="=1+1")
    viewer = file.client(Role.VIEWER)
    viewer.post("/lists/lines/columns/", {"columns": ["bank", "state"]})

    rows = _told(viewer, file, "lines/")

    assert rows[0] == ["date", "payee", "text", "bank", "amount", "currency", "state"]
    assert [row[0] for row in rows[1:]] == ["2026-01-07", "2026-01-06", "2026-01-05"]
    assert rows[3][2] == "'=1+1"
    assert {(row[3], row[6]) for row in rows[1:]} == {("Checking", "to review")}
    xlsx = viewer.get(file.address("reports/lists/lines/?q=shop&format=xlsx"))
    assert xlsx.getvalue()[:2] == b"PK"
    for wrong in ("queue/?q=is:lost", "lines/?q=is:lost", "lines/?format=exe"):
        assert viewer.get(file.address(f"reports/lists/{wrong}")).status_code == 400
