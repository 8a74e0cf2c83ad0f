"""The pages of rules."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledgerflow.books.models import Role
from ledgerflow.classification import jobs, rule_trials, services
from ledgerflow.classification.models import Classification, Rule, RuleTrial
from tests.booked import BookedFile
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3, is_posted=False)


def _rule(file, **changed):
    facts = {"text": "shop", "direction": "any", "account": file.expense.pk, "mode": "suggest"}
    return {**facts, **changed}


def test_a_rule_is_previewed_then_saved_and_suggests(file):
    client = file.client(Role.BOOKKEEPER)

    preview = client.post(file.address("rules/new/"), _rule(file, most="2", preview="open"))
    nothing_yet = Rule.objects.filter(book=file.book).count()
    saved = client.post(file.address("rules/new/"), _rule(file, most="2"), follow=True)

    assert preview.context["trial"].changing == 2
    assert "2 open lines match, 2 of them change" in preview.content.decode()
    assert nothing_yet == 0
    assert "2 open lines" in saved.content.decode()
    suggested = Classification.objects.filter(book=file.book, account=file.expense)
    assert suggested.count() == 2


def test_what_a_trial_lists_is_said_and_can_be_applied_to_some(file, monkeypatch):
    monkeypatch.setattr(rule_trials, "SHOWN", 2)
    client = file.client(Role.BOOKKEEPER)

    trial = client.post(file.address("rules/new/"), _rule(file, preview="open"))
    form = trial.content.decode().partition('id="ticked"')[2].partition("</form>")[0]
    boxes = re.findall(r'name="lines" value="(\d+)" form="ticked"', trial.content.decode())
    account = re.search(r'name="set-account" value="(\d+)"', form)[1]
    done = client.post(
        file.address("review/set/"),
        {"lines": boxes[0], "set-account": account},
        headers={"Accept": "application/json"},
    ).json()

    assert "The first 2 of 3 are listed" in trial.content.decode()
    assert boxes == [str(line.line_id) for line in trial.context["trial"].shown]
    assert done["message"] == "1 changed."
    decided = Classification.objects.get(book=file.book, state="accepted")
    assert (decided.line_id, decided.account) == (int(boxes[0]), file.expense)
    assert not Rule.objects.filter(book=file.book).exists()


def test_a_rule_for_future_lines_only_says_so_and_stays_so(file):
    client = file.client()

    saved = client.post(file.address("rules/new/"), _rule(file, future="on"), follow=True)
    rule = Rule.objects.get(book=file.book)
    client.post(file.address(f"rules/{rule.pk}/"), _rule(file, text="sho"))
    page = client.get(file.address(f"rules/{rule.pk}/")).content.decode()

    assert "0 open lines have a new suggestion" in saved.content.decode()
    assert "Only lines that came after" in saved.content.decode()
    assert "it leaves alone what was here" in page
    assert not Classification.objects.filter(book=file.book, rule=rule).exists()


def test_a_rule_is_changed_and_keeps_what_the_form_showed(file):
    client = file.client()
    client.post(file.address("rules/new/"), _rule(file, least="1", most="2"))
    rule = Rule.objects.get(book=file.book)
    form = client.get(file.address(f"rules/{rule.pk}/")).context["form"]

    client.post(file.address(f"rules/{rule.pk}/"), _rule(file, most="3", mode="accept"))

    assert (form.initial["text"], form.initial["least"], form.initial["account"]) == (
        "shop",
        1,
        file.expense.pk,
    )
    rule.refresh_from_db()
    assert (rule.least_amount, rule.most_amount, rule.mode) == (None, 3, "accept")


def test_whom_a_rule_names_is_seen_changed_and_taken_away(file):
    client = file.client()
    client.post(file.address("rules/new/"), _rule(file, payee=" Corner  Shop "))
    rule = Rule.objects.get(book=file.book)
    shown = client.get(file.address(f"rules/{rule.pk}/")).content.decode()
    payees = []
    for name in ("Kiosk", ""):
        client.post(file.address(f"rules/{rule.pk}/"), _rule(file, payee=name))
        rule.refresh_from_db()
        payees.append(rule.payee and rule.payee.name)

    assert 'value="Corner Shop"' in shown
    assert payees == ["Kiosk", None]


def test_a_rule_is_switched_off_and_on(file):
    client = file.client()
    client.post(file.address("rules/new/"), _rule(file))
    rule = Rule.objects.get(book=file.book)

    client.post(file.address(f"rules/{rule.pk}/switch/"))
    rule.refresh_from_db()
    is_off, suggested = not rule.is_active, Classification.objects.filter(book=file.book, rule=rule).count()
    client.post(file.address(f"rules/{rule.pk}/switch/"))
    rule.refresh_from_db()

    assert is_off
    assert suggested == 0
    assert rule.is_active


def test_a_rule_is_raised_above_the_one_before_it(file):
    client = file.client()
    for text in ("one", "two", "six"):
        client.post(file.address("rules/new/"), _rule(file, text=text))
    third, first = Rule.objects.get(text="six"), Rule.objects.get(text="one")

    client.post(file.address(f"rules/{third.pk}/raise/"))
    client.post(file.address(f"rules/{first.pk}/raise/"))

    texts = Rule.objects.filter(book=file.book).order_by("position").values_list("text", flat=True)
    assert list(texts) == ["one", "six", "two"]


@pytest.mark.parametrize(
    "changed", [{"text": ""}, {"least": "5", "most": "2"}, {"account": ""}, {"direction": "sideways"}]
)
def test_a_rule_that_says_nothing_or_nonsense_is_refused(file, changed):
    answer = file.client().post(file.address("rules/new/"), _rule(file, **changed))

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Rule.objects.filter(book=file.book).exists()


def test_a_viewer_sees_rules_and_changes_none(file):
    file.client().post(file.address("rules/new/"), _rule(file))
    rule, client = Rule.objects.get(book=file.book), file.client(Role.VIEWER)

    assert "shop" in client.get(file.address("rules/")).content.decode()
    for path in ("rules/new/", f"rules/{rule.pk}/", f"rules/{rule.pk}/switch/", f"rules/{rule.pk}/raise/"):
        assert client.post(file.address(path), _rule(file)).status_code == 403


def test_accounts_and_rules_of_another_book_are_not_there(file):
    other = BookedFile(1, is_posted=False)
    other.client().post(other.address("rules/new/"), _rule(other))
    theirs = Rule.objects.get(book=other.book)

    refused = file.client().post(file.address("rules/new/"), _rule(file, account=other.expense.pk))

    assert "account" in refused.context["form"].errors
    for path in (f"rules/{theirs.pk}/", f"rules/{theirs.pk}/switch/", f"rules/{theirs.pk}/raise/"):
        assert file.client().post(file.address(path), _rule(file)).status_code == 404


def test_while_it_is_typed_the_lines_alone_are_answered(file):
    client = file.client(Role.BOOKKEEPER)

    typed = client.post(
        file.address("rules/new/"), _rule(file, preview="open"), headers={"HX-Request": "true"}
    ).content.decode()
    unfinished = client.post(
        file.address("rules/new/"), _rule(file, account="", preview="open"), headers={"HX-Request": "true"}
    ).content.decode()

    assert "3 open lines match" in typed
    assert "<html" not in typed
    assert "This field is required" in unfinished


def test_a_trial_on_the_whole_book_holds_the_rule_against_what_people_decided(file):
    file.decide_all()

    page = file.client().post(file.address("rules/new/"), _rule(file, preview="book")).content.decode()

    assert "People decided 3 matching lines: 0 otherwise" in page


@pytest.fixture
def waiting(file, monkeypatch):
    """A trial on a book of more lines than are looked at while a person waits."""
    monkeypatch.setattr(rule_trials, "AT_ONCE", 2)
    client = file.client()
    page = client.post(file.address("rules/new/"), _rule(file, preview="book", most="2"))
    return client, page.content.decode(), RuleTrial.objects.get(book=file.book)


def test_a_trial_on_a_large_book_is_left_to_a_job_that_looks_at_every_line(file, waiting):
    client, page, trial = waiting
    address = file.address(f"rules/trials/{trial.pk}/")
    before = client.get(address, headers={"HX-Request": "true"}).content.decode()

    jobs.try_rule(trial_id=trial.pk)

    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    whole = client.get(address).content.decode()
    assert f'hx-get="{address}"' in page
    assert "is being tried on the whole book" in before
    assert "2 open lines match, 2 of them change" in fragment
    assert "-2.00" in fragment
    assert "hx-trigger" not in fragment
    assert "<html" not in fragment
    assert "2 open lines match, 2 of them change" in whole


def test_whoever_asks_again_gets_the_answer_to_what_was_asked_last(file, waiting):
    client, _, first = waiting
    client.post(file.address("rules/new/"), _rule(file, preview="book"))
    last = RuleTrial.objects.get(book=file.book)

    for trial in (first, last):
        jobs.try_rule(trial_id=trial.pk)

    last.refresh_from_db()
    assert (first.pk == last.pk, last.found["opened"]) == (False, 3)


def test_a_trial_says_when_its_account_went_or_it_broke(file, waiting, monkeypatch):
    client, _, trial = waiting
    RuleTrial.objects.filter(pk=trial.pk).update(asked=trial.asked | {"account": 0})
    jobs.try_rule(trial_id=trial.pk)
    gone = client.get(file.address(f"rules/trials/{trial.pk}/")).content.decode()

    client.post(file.address("rules/new/"), _rule(file, preview="book"))
    trial = RuleTrial.objects.get(book=file.book)
    monkeypatch.setattr(services.trials, "try_rule", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        jobs.try_rule(trial_id=trial.pk)
    broken = client.get(file.address(f"rules/trials/{trial.pk}/")).content.decode()

    assert "account or bank account went" in gone
    assert "did not come to its end" in broken


def test_rules_go_out_as_a_file_and_come_into_another_book(file):
    file.client().post(file.address("rules/new/"), _rule(file, mode="accept"))
    text = file.client(Role.VIEWER).get(file.address("rules/export/")).content
    other = BookedFile(3, is_posted=False)

    def bring_in(content):
        sent = {"file": SimpleUploadedFile("rules.yaml", content)}
        page = other.client(Role.BOOKKEEPER).post(other.address("rules/import/"), sent, follow=True)
        return page.content.decode()

    assert "1 rules came in; 0 were here already." in bring_in(text)
    assert "0 rules came in; 1 were here already." in bring_in(text)
    assert "begin with" in bring_in(b"a: 1")
    made = Rule.objects.get(book=other.book)
    assert (made.text, made.account, made.mode) == ("shop", other.expense, "suggest")
    assert Classification.objects.filter(book=other.book, rule=made).count() == 3


def test_a_viewer_brings_no_rules_in(file):
    assert file.client(Role.VIEWER).get(file.address("rules/import/")).status_code == 403
