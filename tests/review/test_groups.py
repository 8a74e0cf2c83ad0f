"""The queue by payee and by proposed account, and everything that matches accepted as one set."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, DecisionChange, Prediction, State
from ledgerflow.classification.services import RuleConditions, classify_lines, create_rule, exclude, reopen
from ledgerflow.payees.models import Payee
from ledgerflow.review.group_selectors import SHOWN, groups
from ledgerflow.review.which import By, Which
from ledgerflow.statements.models import StatementLine
from ledgerflow.statements.services import create_bank_account
from tests.booked import NOW, BookedFile
from tests.classification.rows import Shop
from tests.classification.test_promise import classified, on, with_record
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


class Queue:
    """A book whose rule proposes an account for its fuel, and what its pages answer."""

    def __init__(self) -> None:
        self.file = BookedFile(1, is_posted=False)
        exclude(book=self.file.book, line_ids=self.file.line_ids, reason="", user=self.file.owner, now=NOW)
        create_rule(
            book=self.file.book,
            conditions=RuleConditions(text="shell"),
            account=self.file.expense,
            user=self.file.owner,
            now=NOW,
        )
        self.book = self.file.book
        self.browser = self.file.client(Role.BOOKKEEPER)

    def lines(self, text: str, count: int = 1, **facts: object) -> list[int]:
        one = StatementLine.objects.get(pk=self.file.line_ids[0])
        row = {"date": one.date, "amount": Decimal(-5), "bank_account": one.bank_account, **facts}
        made = StatementLine.objects.bulk_create(
            StatementLine(book=self.book, description=text, currency=row["bank_account"].currency, **row)
            for _ in range(count)
        )
        ids = [line.pk for line in made]
        classify_lines(book=self.book, line_ids=ids)
        return ids

    def payee(self, name: str) -> int:
        return Payee.objects.get(book=self.book, name=name).pk

    def accept(self, **sent: object) -> dict[str, object]:
        address = self.file.address("review/accept/")
        answer = self.browser.post(address, sent, headers={"Accept": "application/json"})
        return answer.json()

    def accepted(self) -> set[int]:
        made = Classification.objects.filter(book=self.book, state=State.ACCEPTED)
        return set(made.values_list("line_id", flat=True))

    def shown(self) -> dict[str, str]:
        """Return what the queue's form for all that match sends."""
        return dict(re.findall(r'name="(through|count)" value="(\d+)"', self.page("tab=to-review")))

    def page(self, query: str) -> str:
        return self.browser.get(self.file.address(f"review/?{query}")).content.decode()

    def words(self, query: str) -> str:
        """Return what the page says, without its elements."""
        return re.sub(r"<[^>]+>", "", self.page(query))


def test_groups_are_the_largest_first_with_their_first_lines_and_sums():
    queue = Queue()
    euros = create_bank_account(
        book=queue.book, name="Euros", kind="bank", currency="EUR", number="987654321"
    )
    queue.lines("ROSSI BAKERY", 2, bank_account=euros)
    shell = queue.lines("SHELL 5742", SHOWN + 2)
    queue.lines("ROSSI BAKERY", 1)

    page = groups(book=queue.book, which=Which(), by=By.PAYEE)

    assert [(each.name, each.count) for each in page.groups] == [("Shell", SHOWN + 2), ("Rossi Bakery", 3)]
    assert [row.line_id for row in page.groups[0].rows] == shell[:SHOWN]
    assert page.groups[0].through == shell[-1]
    assert page.groups[1].totals == (("EUR", Decimal(-10)), ("USD", Decimal(-5)))
    assert page.following is None


def test_lines_without_an_account_are_a_group_of_their_own():
    queue = Queue()
    queue.lines("SHELL 5742")
    queue.lines("ROSSI BAKERY", 2)

    page = groups(book=queue.book, which=Which(), by=By.ACCOUNT)

    assert [(each.key, each.name, each.count) for each in page.groups] == [
        (0, "", 2),
        (queue.file.expense.pk, str(queue.file.expense), 1),
    ]


def test_pages_of_groups_follow_each_other_without_gap_or_overlap():
    queue = Queue()
    for number, name in enumerate(("Alpha", "Beta", "Gamma", "Delta", "Epsilon")):
        queue.lines(f"{name} STORE", 1 + number // 2)

    seen, after = [], None
    for _ in range(3):
        page = groups(book=queue.book, which=Which(), by=By.PAYEE, after=after, limit=2)
        seen += [each.name.split()[0] for each in page.groups]
        after = page.following

    assert after is None
    assert seen == ["Epsilon", "Gamma", "Delta", "Alpha", "Beta"]


def test_the_number_of_queries_grows_neither_with_groups_nor_with_lines():
    queue = Queue()
    counts = []
    for size in (1, 12):
        for number in range(size):
            queue.lines(f"{'x' * (number + 2)} STORE", size)
        queue.page("group=payee")
        with CaptureQueriesContext(connection) as queries:
            queue.page("group=payee")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_group_is_accepted_as_one_and_the_others_stay():
    queue = Queue()
    shell = queue.lines("SHELL 5742", SHOWN + 2)
    queue.lines("SHELLY SHOES", 3)
    page, words = queue.page("group=payee"), queue.words("group=payee")

    answer = queue.accept(payee=queue.payee("Shell"), through=shell[-1], count=len(shell))

    assert f"Accept these {SHOWN + 2}" in words
    assert f'href="?tab=to-review&amp;payee={queue.payee("Shell")}">Show all {SHOWN + 2}' in page
    assert (answer["message"], answer["reload"]) == (f"{SHOWN + 2} accepted.", True)
    assert queue.accepted() == set(shell)


def test_what_came_in_after_the_page_was_shown_is_not_accepted_with_it():
    queue = Queue()
    known = queue.lines("SHELL 5742", 3)
    shown = queue.shown()
    queue.lines("SHELL 5742", 2)

    queue.accept(**shown)

    assert queue.accepted() == set(known)


def test_older_lines_that_match_since_the_page_was_shown_are_looked_at_first():
    queue = Queue()
    sent_back = queue.lines("SHELL 5742", 2)
    exclude(book=queue.book, line_ids=sent_back, reason="", user=queue.file.owner, now=NOW)
    queue.lines("SHELL 5742", 3)
    shown = queue.shown()
    reopen(book=queue.book, line_ids=sent_back, user=queue.file.owner, now=NOW)

    answer = queue.accept(**shown)

    assert answer["error"].startswith("3 were shown, 5 match now. Load the page again")
    assert not queue.accepted()
    assert not DecisionChange.objects.filter(book=queue.book, act="accept").exists()


def test_what_the_queue_keeps_to_is_what_is_accepted():
    queue = Queue()
    early = queue.lines("SHELL 5742", 2, date="2026-01-02")
    late = queue.lines("SHELL 5742", 2, date="2026-02-02")
    asked = f"from=2026-01-01&to=2026-01-31&account={queue.file.expense.pk}"
    page, words = queue.page(asked), queue.words(asked)

    queue.accept(
        **{"from": "2026-01-01", "to": "2026-01-31"}, account=queue.file.expense.pk, through=late[-1], count=2
    )

    assert "Accept all 2 matching" in words
    assert f"Lines of {queue.file.expense} only." in page
    for sent in ('"from" value="2026-01-01"', '"to" value="2026-01-31"'):
        assert f"name={sent}" in page
    assert queue.accepted() == set(early)


def test_everything_that_matches_is_one_set_and_is_undone_as_one():
    queue = Queue()
    counts = []
    for size in (2, 40):
        lines = queue.lines("SHELL 5742", size)
        with CaptureQueriesContext(connection) as queries:
            queue.accept(through=lines[-1], count=size)
        counts.append(len(queries))

    queue.browser.post(queue.file.address("review/undo/"))

    assert counts[0] == counts[1]
    assert DecisionChange.objects.filter(book=queue.book, act="accept").count() == 2
    assert len(queue.accepted()) == 2


def test_lines_without_an_account_are_counted_with_the_reason():
    queue = Queue()
    queue.lines("SHELL 5742", 2)
    queue.lines("ROSSI BAKERY", 3)

    answer = queue.accept(**queue.shown())

    assert answer["message"] == "2 accepted. 3 not: It has no account yet."


def test_what_is_not_sure_is_counted_beside_the_others_and_stays_to_be_looked_at():
    queue = Queue()
    shell = queue.lines("SHELL 5742", 4)
    made = Classification.objects.filter(pk__in=shell)
    made.filter(pk__in=shell[:2]).update(confidence=Decimal("0.899"))
    made.filter(pk=shell[2]).update(confidence=Decimal("0.900"))
    queue.lines("ROSSI BAKERY", 2)
    words, grouped = queue.words("tab=to-review"), queue.words("group=payee")
    of_group = {"payee": queue.payee("Shell"), "through": shell[-1], "count": 4}

    answer = queue.accept(**of_group)

    assert "Accept the 2 sure of 6" in words
    assert "Accept the 2 sure of 4" in grouped
    assert "disabled><span>Accept the <span data-sure-count>0</span> sure" in queue.page("q=bakery")
    assert answer["message"] == "2 accepted. 2 not: It is not sure; look at it, and accept it by itself."
    assert queue.accepted() == set(shell[2:])
    assert queue.accept(**queue.shown())["message"].startswith("0 accepted. ")
    assert queue.accept(lines=shell[0])["message"] == "1 accepted."


def test_what_was_drawn_to_be_looked_at_stays():
    shop = with_record(Shop())
    on(shop)
    MembershipFactory(book=shop.book, user=shop.user, role=Role.BOOKKEEPER)
    drawn = [line.pk for line in classified(shop, 200) if line.state == "open"]
    browser = BookedFile(1).client()
    browser.force_login(shop.user)

    answer = browser.post(
        f"/books/{shop.book.slug}/review/accept/",
        {"through": drawn[-1], "count": len(drawn)},
        headers={"Accept": "application/json"},
    )

    assert "It was drawn to be looked at; decide about it by itself." in answer.json()["message"]
    assert set(Classification.objects.filter(pk__in=drawn).values_list("state", flat=True)) == {"open"}


def test_what_is_done_to_all_that_match_says_nothing_of_how_good_suggestions_are():
    shop = with_record(Shop(), outcomes=5)
    MembershipFactory(book=shop.book, user=shop.user, role=Role.BOOKKEEPER)
    waiting = [line.pk for line in classified(shop, 3)]
    browser = BookedFile(1).client()
    browser.force_login(shop.user)

    everything = {"through": waiting[-1], "count": 3}
    made = Classification.objects.filter(pk__in=waiting)
    made.update(confidence=1)
    decided = Prediction.objects.filter(line__in=waiting, decided_at__isnull=False)
    for act, state in (("exclude", "excluded"), ("undo", "open"), ("accept", "accepted")):
        browser.post(f"/books/{shop.book.slug}/review/{act}/", everything)

        assert set(made.values_list("state", flat=True)) == {state}
        assert not decided.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"through": 10**9},
        {"through": 10**9, "count": "x"},
        {"count": 1, "through": "x"},
        {"count": 1, "through": "9" * 30},
        {"through": 10**9, "count": 1, "payee": "x"},
        {"through": 10**9, "count": 1, "account": "-1"},
        {"through": 10**9, "count": 1, "from": "soon"},
        {"through": 10**9, "count": 1, "from": "2026-02-01", "to": "2026-01-01"},
    ],
)
def test_a_condition_that_is_not_understood_accepts_nothing(sent):
    queue = Queue()
    queue.lines("SHELL 5742")

    answer = queue.accept(**sent)

    assert answer["error"]
    assert not queue.accepted()


def test_payees_and_accounts_of_another_book_match_nothing():
    queue, other = Queue(), Queue()
    last = queue.lines("SHELL 5742", 2)[-1]
    other.lines("SHELL 5742")
    theirs = other.payee("Shell")

    answer = queue.accept(payee=theirs, through=last, count=2)

    assert "2 were shown, 0 match now" in answer["error"]
    assert not queue.accepted()
    assert "Lines of no payee only." in queue.page(f"payee={theirs}")


def test_without_its_script_the_queue_comes_back_as_it_was_asked_for():
    queue = Queue()
    last = queue.lines("SHELL 5742", 2)[-1]
    page = queue.page("group=payee")
    action = re.search(r'action="([^"]+review/accept/[^"]+)"', page)[1].replace("&amp;", "&")

    done = queue.browser.post(
        action, {"payee": queue.payee("Shell"), "through": last, "count": 2}, follow=True
    )

    assert done.redirect_chain[-1][0].endswith("/review/?tab=to-review&group=payee")
    assert "2 accepted." in done.content.decode()


@pytest.mark.parametrize(
    "query", ["group=nonsense", "group=payee&after=x", "group=payee&after=5-x", "payee=x"]
)
def test_an_address_that_is_made_up_shows_a_queue(query):
    queue = Queue()
    queue.lines("SHELL 5742")

    assert "Shell" in queue.page(query)


def test_a_viewer_accepts_nothing():
    queue = Queue()
    last = queue.lines("SHELL 5742", 2)[-1]
    viewer = queue.file.client(Role.VIEWER)

    page = viewer.get(queue.file.address("review/?group=payee")).content.decode()
    answer = viewer.post(queue.file.address("review/accept/"), {"through": last, "count": 2})

    assert "Accept these" not in page
    assert answer.status_code == 403
    assert not queue.accepted()
