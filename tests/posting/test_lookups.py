"""Looking up the payee of a line: what is asked, what is proposed, who accepts it, and how a failure reads."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import classify_lines
from ledgerflow.payees.lookups import PATH, lookups_of
from ledgerflow.payees.models import LineToolRun, PayeeAlias
from ledgerflow.payees.services import PayeeLookupError, link_run
from ledgerflow.posting.lookups import look_up_line
from ledgerflow.statements.models import StatementLine
from ledgerflow.toolbox.models import Asker, Outcome, Tool, ToolRun
from ledgerflow.toolbox.services.calling import ToolFailedError, ToolNotAllowedError
from ledgerflow.toolbox.services.configuration import configure_tool
from ledgerflow.toolbox.services.registry import disable_tool, enable_tool
from tests.booked import NOW, BookedFile
from tests.factories import BookFactory, MembershipFactory
from tests.toolbox.servers import saying, serving
from tests.toolbox.workbench import Workbench, bench

__all__ = ["bench"]

SEARCH = "tools.search_tool.search_web"
TEXT = "SQ *BLUE FINCH COFF"  # the bank cut the name off
FOUND = {
    "results": [
        {
            "url": "https://www.bluefinch.example/",
            "title": "Blue Finch Coffee",
            "content": "An espresso bar.",
        },
        {
            "url": "https://guide.example/bfc",
            "title": "Blue Finch Coffee - Guide",
            "content": "A coffee shop.",
        },
        {"url": "https://reviews.example/bfc", "title": "Blue Finch Coffee, reviewed", "content": "A cafe."},
    ],
    "unresponsive_engines": [],
}


class Desk:
    """A book with a line that is not decided, and the tools to look its payee up."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.file = BookedFile(1)
        self.book, self.user = self.file.book, self.file.owner
        self.line = self.add(TEXT)

    def add(self, text: str, **facts: object) -> int:
        line = StatementLine.objects.create(
            **{"book": self.book, "bank_account": self.file.bank, "date": date(2026, 2, 1), "amount": -5,
               "currency": "USD", "description": text, **facts}
        )  # fmt: skip
        classify_lines(book=self.book, line_ids=[line.pk])
        return line.pk

    def enable(self) -> None:
        for tool in Tool.objects.filter(module_path__in=(SEARCH, PATH), enabled=False):
            enable_tool(tool=tool, user=self.bench.admin, now=NOW)

    def search_at(self, address: str) -> None:
        tool = Tool.objects.get(module_path=SEARCH)
        configure_tool(
            tool=tool, book=self.book, values={"base_url": address}, user=self.bench.admin, now=NOW
        )

    def page(self, role: Role = Role.BOOKKEEPER) -> str:
        return self.file.client(role).get(self.file.address(f"journal/line/{self.line}/")).content.decode()

    def pane(self, role: Role = Role.BOOKKEEPER) -> str:
        address = self.file.address(f"review/line/{self.line}/evidence/")
        return self.file.client(role).get(address).content.decode()


@pytest.fixture
def desk(bench: Workbench) -> Desk:
    made = Desk(bench)
    made.enable()
    return made


@pytest.fixture
def searched(desk: Desk, settings) -> Iterator[Desk]:
    with serving(saying("200 OK", json.dumps(FOUND).encode(), "Content-Type: application/json")) as server:
        settings.OWN_SERVICES = (server.origin,)
        desk.search_at(server.origin)
        desk.server = server
        yield desk


def test_a_bookkeeper_looks_up_reads_the_evidence_and_names_the_payee(searched):
    client = searched.file.client(Role.BOOKKEEPER)
    at = f"journal/line/{searched.line}/"

    proposed = client.post(searched.file.address(f"{at}look-up/"), follow=True).content.decode()
    before = Classification.objects.get(pk=searched.line).payee
    named = client.post(
        searched.file.address(f"{at}payee/"), {"payee": "Blue Finch Coffee"}, follow=True
    ).content.decode()

    run = _last_run(searched)
    assert (run.asked_through, run.subject, run.outcome) == (Asker.PERSON, f"line {searched.line}", "done")
    assert run.arguments["text"] == TEXT
    assert searched.user.name in run.arguments["people"]
    assert "<strong>Blue Finch Coffee</strong>, cafe" in proposed
    assert 'href="https://www.bluefinch.example/" target="_blank" rel="noopener nofollow"' in proposed
    assert "Name the payee so" in proposed
    assert before is None or before.name != "Blue Finch Coffee"
    assert "The payee is Blue Finch Coffee." in named
    assert "Name the payee so" not in named
    made = Classification.objects.get(pk=searched.line)
    assert (made.payee.name, made.state) == ("Blue Finch Coffee", "open")
    assert PayeeAlias.objects.filter(book=searched.book, payee=made.payee).exists()


def test_the_pane_of_the_queue_does_the_same_in_place(searched):
    client = searched.file.client(Role.BOOKKEEPER)
    script = {"Accept": "application/json"}

    said = client.post(searched.file.address(f"review/line/{searched.line}/look-up/"), headers=script).json()
    pane = searched.pane()
    named = client.post(
        searched.file.address(f"review/line/{searched.line}/decide/"),
        {"payee": "Blue Finch Coffee", "note": ""}, headers=script,
    ).json()  # fmt: skip

    assert (said["message"], said["again"]) == ("The payee is looked up.", True)
    assert "<strong>Blue Finch Coffee</strong>, cafe" in pane
    assert "Name the payee so" in pane
    assert named["message"] == "Noted."
    assert "Name the payee so" not in searched.pane()


def test_the_same_text_again_shows_how_old_the_answer_is(searched):
    look_up_line(book=searched.book, line_id=searched.line, user=searched.user, now=NOW)
    asked = len(searched.server.requests)
    again = look_up_line(book=searched.book, line_id=searched.line, user=searched.user, now=NOW)

    assert again.is_kept_answer
    assert len(searched.server.requests) == asked
    assert [each.payee for each in lookups_of(book=searched.book, line_id=searched.line)] == [
        "Blue Finch Coffee"
    ] * 2
    assert "the answer is of" in searched.page()


def test_a_search_that_fails_is_a_sentence_in_the_history_of_the_line_with_a_link_to_the_run(desk, settings):
    with serving(saying("403 Forbidden")) as server:
        settings.OWN_SERVICES = (server.origin,)
        desk.search_at(server.origin)
        answer = desk.file.client(Role.BOOKKEEPER).post(
            desk.file.address(f"journal/line/{desk.line}/look-up/"), follow=True
        )

    run = _last_run(desk)
    assert (run.outcome, run.module_path) == (Outcome.ERROR, PATH)
    for page in (answer.content.decode(), desk.page(), desk.pane(), desk.page(Role.VIEWER)):
        assert "The payee was not found out." in page
        assert "JSON" in page
        assert "Name the payee so" not in page
    address = reverse("book-tools:run", kwargs={"book": desk.book.slug, "tool_run": run.pk})
    assert address in desk.page(Role.BOOKKEEPER)
    history = desk.page(Role.BOOKKEEPER).partition('id="history"')[2]
    assert "Looked the payee up" in history
    assert "The payee was not found out. " in history
    assert address in history
    assert address not in desk.page(Role.VIEWER)


def test_what_is_mended_and_run_again_is_told_on_the_line(desk, settings):
    with serving(saying("403 Forbidden")) as broken:
        settings.OWN_SERVICES = (broken.origin,)
        desk.search_at(broken.origin)
        with pytest.raises(ToolFailedError):
            look_up_line(book=desk.book, line_id=desk.line, user=desk.user, now=NOW)
    failed = _last_run(desk)
    with serving(saying("200 OK", json.dumps(FOUND).encode(), "Content-Type: application/json")) as server:
        settings.OWN_SERVICES = (server.origin,)
        desk.search_at(server.origin)
        kwargs = {"book": desk.book.slug, "tool_run": failed.pk}
        desk.file.client(Role.BOOKKEEPER).post(reverse("book-tools:again", kwargs=kwargs))

        desk.file.client(Role.BOOKKEEPER).post(reverse("book-tools:again", kwargs=kwargs))

    mended, again = ToolRun.objects.filter(module_path=PATH, again_of=failed).order_by("pk")
    assert (mended.outcome, mended.subject) == (Outcome.DONE, failed.subject)
    told = lookups_of(book=desk.book, line_id=desk.line)
    assert [(each.run_id, each.payee) for each in told] == [
        (again.pk, "Blue Finch Coffee"),
        (mended.pk, "Blue Finch Coffee"),
        (failed.pk, ""),
    ]
    with pytest.raises(DatabaseError, match="does not change"):
        ToolRun.objects.filter(pk=again.pk).update(again_of=None)
    assert "<strong>Blue Finch Coffee</strong>, cafe" in desk.page()


def test_it_is_offered_only_while_the_tool_may_run_and_to_who_may_run_it(desk):
    button = "Look this payee up"

    assert button in desk.page()
    assert button in desk.pane()
    assert button not in desk.page(Role.VIEWER)
    disable_tool(tool=Tool.objects.get(module_path=PATH), user=desk.bench.admin, now=NOW)
    assert button not in desk.page()
    assert button not in desk.pane()
    for at in ("journal", "review"):
        client = desk.file.client(Role.VIEWER)
        assert client.post(desk.file.address(f"{at}/line/{desk.line}/look-up/")).status_code == 403
    with pytest.raises(ToolNotAllowedError, match="disabled"):
        look_up_line(book=desk.book, line_id=desk.line, user=desk.user, now=NOW)
    assert "disabled" in desk.page(Role.VIEWER)


def test_a_line_of_another_book_or_without_a_text_is_not_looked_up(desk):
    other = MembershipFactory()
    empty = desk.add(" ", counterparty="")
    before = ToolRun.objects.count()

    for book, line, sentence in (
        (other.book, desk.line, "no such line"), (desk.book, empty, "no text"), (desk.book, 0, "no such line"),
    ):  # fmt: skip
        with pytest.raises(PayeeLookupError, match=sentence):
            look_up_line(book=book, line_id=line, user=desk.user, now=NOW)
    assert ToolRun.objects.count() == before
    assert desk.file.client().post(desk.file.address("journal/line/0/look-up/")).status_code == 404


def test_a_long_text_is_asked_for_by_its_beginning(desk):
    line = desk.add(f"{TEXT} {'x' * 5_000}")

    with pytest.raises(ToolFailedError):  # nothing says where to search
        look_up_line(book=desk.book, line_id=line, user=desk.user, now=NOW)

    assert _last_run(desk).arguments["text"].startswith(TEXT)


@pytest.mark.django_db
def test_only_pages_of_the_web_become_links_and_texts_hide_nothing():
    file = BookedFile(1)
    evidence = [
        {"url": url, "title": "T\u202eitle\x1b", "words": ["<b>cafe</b>", 3]}
        for url in (
            "javascript:alert(1)", "data:text/html,x", "//evil.example/", "ftp://evil.example/", "http://[x", "",
            "https://bank.example@evil.example/", 'https://good.example/" onclick="x', 7,
        )
    ]  # fmt: skip
    said = {
        "payee": "Blue <i>Finch</i>\u2066\n",
        "web_address": "JavaScript:alert(1)",
        "evidence": [*evidence, "x"],
    }
    _kept(file, result=said)

    (lookup,) = lookups_of(book=file.book, line_id=file.line_ids[0])
    page = file.client().get(file.address(f"journal/line/{file.line_ids[0]}/")).content.decode()

    assert lookup.payee == "Blue <i>Finch</i>"
    assert lookup.web_address is None
    assert [(each.host, each.title, each.words) for each in lookup.sources] == [
        ("good.example", "Title", ("<b>cafe</b>",))
    ]
    assert "Blue &lt;i&gt;Finch&lt;/i&gt;" in page
    for forbidden in ("evil.example", "javascript:", "JavaScript:", "<i>Finch", '" onclick="', "<b>cafe"):
        assert forbidden not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "result", [None, [], "x", {"payee": {"sha256": "0", "characters": 9}, "evidence": {}}]
)
def test_an_answer_that_was_not_kept_whole_proposes_nothing(result):
    file = BookedFile(1)
    _kept(file, result=result)

    (lookup,) = lookups_of(book=file.book, line_id=file.line_ids[0])

    assert (lookup.payee, lookup.sources, lookup.failure) == ("", (), "")


@pytest.mark.django_db
def test_what_a_broken_tool_said_is_for_its_programmer():
    file = BookedFile(1)
    _kept(file, outcome=Outcome.BROKEN, error_message="KeyError: 'secret'")

    (lookup,) = lookups_of(book=file.book, line_id=file.line_ids[0])

    assert lookup.failure == f"{PATH} broke its contract."


@pytest.mark.django_db
def test_many_lookups_take_one_query_and_the_last_ten_are_shown(django_assert_num_queries):
    file = BookedFile(1)
    runs = [_kept(file, result={"payee": f"Name {number}"}).run_id for number in range(12)]

    with django_assert_num_queries(1):
        found = lookups_of(book=file.book, line_id=file.line_ids[0])

    assert [each.run_id for each in found] == runs[:1:-1]


@pytest.mark.django_db
def test_postgresql_keeps_line_and_run_in_one_book_and_unchanged():
    file, other = BookedFile(2), BookFactory()
    kept = _kept(file)
    foreign, own = _run(book=other), _run(book=file.book)

    for facts in (
        {"book": file.book, "line_id": file.line_ids[0], "run": foreign},
        {"book": other, "line_id": file.line_ids[0], "run": foreign},
        {"book": file.book, "line_id": 0, "run": own},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            LineToolRun.objects.create(**facts)
    with pytest.raises(DatabaseError), transaction.atomic():
        LineToolRun.objects.filter(pk=kept.pk).update(line_id=file.line_ids[1])


def test_a_lookup_goes_with_its_line_and_its_run_stays(desk):
    with pytest.raises(ToolFailedError):
        look_up_line(book=desk.book, line_id=desk.line, user=desk.user, now=NOW)
    run = _last_run(desk)
    Classification.objects.filter(pk=desk.line).delete()
    StatementLine.objects.filter(pk=desk.line).delete()

    with pytest.raises(PayeeLookupError, match="went with its import"):
        link_run(book=desk.book, line_id=desk.line, run_id=run.pk)
    assert not LineToolRun.objects.filter(run=run).exists()
    assert ToolRun.objects.filter(pk=run.pk).exists()


def _last_run(desk: Desk) -> ToolRun:
    kept = LineToolRun.objects.filter(book=desk.book).order_by("-pk")[0]
    return kept.run


def _run(**facts: object) -> ToolRun:
    tool = Tool.objects.get(module_path=PATH)
    return ToolRun.objects.create(
        **{
            "tool": tool, "module_path": PATH, "version": tool.version, "asked_through": Asker.PERSON,
            "started_at": NOW, "duration_ms": 5, "outcome": Outcome.DONE, **facts,
        }
    )  # fmt: skip


def _kept(file: BookedFile, **facts: object) -> LineToolRun:
    run = _run(book=file.book, asked_by=file.owner, **facts)
    return LineToolRun.objects.create(book=file.book, line_id=file.line_ids[0], run=run)
