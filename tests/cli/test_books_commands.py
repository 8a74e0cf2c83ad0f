"""From a file to a posted, verified book by commands alone."""

import json
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection

from ledgerflow import cli
from ledgerflow.books.models import Book, Role
from ledgerflow.classification.models import Classification, State
from ledgerflow.cli import verify
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.ledger.selectors.chain import chain_head
from ledgerflow.pipeline.demo_statements import CAFE_HABITS, DemoFile, Habit, german_csv_files
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import IMPORT_JOB
from ledgerflow.statements.models import BankAccount, StatementLine
from tests.factories import MembershipFactory
from tests.pipeline.several_accounts import FILES
from tests.pipeline.statements import FEBRUARY, JANUARY, ofx
from tools.pdf_statement.tests.printing import Printer, table

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for file in ofx(JANUARY, FEBRUARY):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        paths.append(path)
    return paths


def _run(capsys, *words: object) -> tuple[int, list[dict[str, object]]]:
    status = cli.main([str(word) for word in words])
    return status, json.loads(capsys.readouterr().out or "[]")


def _import(capsys, *paths: Path) -> tuple[int, list[dict[str, object]]]:
    return _run(capsys, "import", "--book", "acme", "--create", "--wait", "--format", "json", *paths)


def test_import_makes_the_book_and_says_what_each_file_was(capsys, files):
    status, rows = _import(capsys, *files)

    assert status == cli.DONE
    assert [row["state"] for row in rows] == ["ready", "ready"]
    assert all(row["new"] > 0 and row["here_already"] == 0 for row in rows)
    assert {row["format"] for row in rows} == {"ofx"}


def test_the_same_files_again_bring_nothing(capsys, files):
    _import(capsys, *files)

    status, rows = _import(capsys, *files)

    assert status == cli.DONE
    assert ImportRun.objects.count() == 2
    assert [(row["state"], row["new"]) for row in rows] == [("here_already", 0)] * 2


def test_a_book_is_made_in_the_currency_of_its_first_file(capsys, tmp_path):
    path = tmp_path / "umsaetze.csv"
    (file,) = german_csv_files(
        habits=CAFE_HABITS, months=[JANUARY], iban="DE89370400440532013000", opening_cents=0, name="umsaetze"
    )
    path.write_bytes(file.content)

    _import(capsys, path)

    assert Book.objects.get(slug="acme").base_currency == "EUR"


def test_files_that_name_no_account_go_to_the_same_one(capsys, tmp_path):
    for name, day in (("first.csv", "01/05/2026"), ("second.csv", "01/06/2026")):
        (tmp_path / name).write_text(f"Date,Description,Amount\n{day},Coffee,-3.50\n01/20/2026,Tea,-2.50\n")

    status, rows = _import(capsys, tmp_path / "first.csv", tmp_path / "second.csv")

    assert status == cli.DONE
    assert [(row["new"], row["here_already"]) for row in rows] == [(2, 0), (1, 1)]
    assert BankAccount.objects.count() == 1


def test_each_statement_of_a_file_gets_an_account_of_its_own(capsys, tmp_path):
    count = 0
    for name, content, accounts in FILES.values():
        (tmp_path / name).write_bytes(content)
        count += accounts

    status, rows = _import(capsys, *(tmp_path / name for name, _content, _accounts in FILES.values()))

    fees = StatementLine.objects.filter(amount=-5)
    assert status == cli.DONE
    assert [(row["state"], row["here_already"]) for row in rows] == [("ready", 0)] * len(FILES)
    assert fees.values("bank_account").distinct().count() == fees.count() == count
    assert set(BankAccount.objects.filter(kind="card").values_list("name", flat=True)) == {
        "Account 4000123412341234"
    }


def test_an_account_is_made_on_the_named_ledger_account(capsys, tmp_path):
    (tmp_path / "first.csv").write_text(
        "Date,Description,Amount\n01/05/2026,Coffee,-3.50\n01/20/2026,Tea,-2.50\n"
    )

    _run(
        capsys, "import", "--book", "acme", "--create", "--account", "1050", "--wait", tmp_path / "first.csv"
    )

    assert BankAccount.objects.get().ledger_account.code == "1050"


def test_a_dry_run_stores_nothing(capsys, files):
    status, rows = _run(
        capsys, "import", "--book", "acme", "--create", "--dry-run", "--format", "json", *files
    )

    assert status == cli.DONE
    assert all(row["lines"] > 0 for row in rows)
    assert not Book.objects.exists()


def test_a_bad_file_is_told_and_does_not_stop_the_next(capsys, files, tmp_path):
    bad = tmp_path / "bad.ofx"
    bad.write_text("this is no statement")

    status, rows = _import(capsys, bad, files[0])

    assert status == cli.BAD_INPUT
    assert [row["state"] for row in rows] == ["failed", "ready"]


def test_a_book_that_looks_first_keeps_the_file_waiting_for_somebody(capsys, files):
    _import(capsys, files[0])
    Book.objects.update(looks_first=True)

    status, (row,) = _import(capsys, files[1])

    assert (status, row["state"], row["new"]) == (cli.BAD_INPUT, "needs_you", 0)
    assert "here already. Look at the file, then import it." in str(row["message"])


@pytest.mark.parametrize("words", [["--create", "--wait"], ["--create", "--dry-run"]])
def test_a_file_that_is_not_there_has_the_columns_of_every_other(capsys, files, tmp_path, words):
    status, rows = _run(
        capsys, "import", "--book", "acme", *words, "--format", "json", tmp_path / "gone.ofx", files[0]
    )

    missing, there = rows
    assert status == cli.BAD_INPUT
    assert missing["state"] == "refused"
    assert "No such file" in str(missing["message"])
    assert list(missing) == list(there)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (psycopg.errors.DiskFull("could not extend file"), "disk is full or failing"),
        (psycopg.errors.AdminShutdown("terminating connection"), "The database stopped answering."),
    ],
)
def test_a_command_whose_database_fails_ends_with_a_sentence(capsys, monkeypatch, error, sentence):
    def fail(_options: object) -> int:
        raise OperationalError("secret of this program's inside") from error

    monkeypatch.setattr(verify, "run", fail)

    status = cli.main(["verify"])

    said = capsys.readouterr().err
    assert status == cli.FAILED
    assert sentence in said
    assert "inside" not in said


def test_accepting_all_sends_lines_without_a_suggestion_to_suspense(capsys, files):
    _import(capsys, *files)

    status, rows = _run(capsys, "review", "--book", "acme", "accept", "--all", "--format", "json")

    accepted = Classification.objects.filter(state=State.ACCEPTED)
    assert status == cli.DONE
    assert rows[0]["lines"] == accepted.count() > 0
    assert set(accepted.values_list("account__role", flat=True)) == {"suspense"}


def test_nothing_is_accepted_by_a_dry_run(capsys, files):
    _import(capsys, *files)

    _run(capsys, "review", "--book", "acme", "accept", "--all", "--dry-run", "--format", "json")

    assert not Classification.objects.filter(state=State.ACCEPTED).exists()


def test_transfers_that_leave_no_choice_are_posted_on_command(capsys, tmp_path):
    paths = []
    for number, cents in (("111", -50000), ("222", 50000)):
        (file,) = ofx(JANUARY, habits=(Habit("TRANSFER", "transfer", 1, cents, cents),), number=number)
        moved = file.content.replace(*_on_the_fifth(file))
        paths.append(tmp_path / f"{number}.ofx")
        paths[-1].write_bytes(moved)
    _import(capsys, *paths)
    command = ("review", "--book", "acme", "accept", "--transfers", "--format", "json")

    _, counted = _run(capsys, *command, "--dry-run")
    status, rows = _run(capsys, *command)

    assert counted == [{"transfers": 1, "outcome": "would be posted"}]
    assert (status, rows) == (cli.DONE, [{"transfers": 1, "outcome": "posted"}])
    assert JournalEntry.objects.count() == 1
    assert _run(capsys, "verify", "--format", "json") == (cli.DONE, [])


def _on_the_fifth(file: DemoFile) -> tuple[bytes, bytes]:
    (movement,) = file.movements
    return f"<DTPOSTED>{movement.day:%Y%m%d}".encode(), b"<DTPOSTED>20260105"


def test_accepted_lines_are_posted_and_the_books_verify(capsys, files):
    _import(capsys, *files)
    _run(capsys, "review", "--book", "acme", "accept", "--all", "--format", "json")

    status, rows = _run(capsys, "post", "--book", "acme", "--format", "json")
    verified, problems = _run(capsys, "verify", "--format", "json")

    assert status == cli.DONE
    assert rows[0]["outcome"] == f"{JournalEntry.objects.count()} entries posted"
    assert (verified, problems) == (cli.DONE, [])


def test_the_trial_balance_of_posted_lines_balances(capsys, files):
    _import(capsys, *files)
    _run(capsys, "review", "--book", "acme", "accept", "--all", "--format", "json")
    _run(capsys, "post", "--book", "acme", "--format", "json")

    assert cli.main(["report", "trial-balance", "--book", "acme", "--format", "json"]) == cli.DONE
    rows = json.loads(capsys.readouterr().out)

    debit, credit = (sum(Decimal(row[side]) for row in rows) for side in ("debit", "credit"))
    assert debit == credit > 0


def test_a_book_that_is_not_there_is_named(capsys):
    status = cli.main(["post", "--book", "nowhere"])

    assert status == cli.FAILED
    assert "There is no book 'nowhere'" in capsys.readouterr().err


def test_a_viewer_may_not_post(capsys, files):
    _import(capsys, files[0])
    viewer = MembershipFactory(book=Book.objects.get(slug="acme"), role=Role.VIEWER).user

    status = cli.main(["post", "--book", "acme", "--user", viewer.email])

    assert status == cli.FAILED
    assert "may not post entries" in capsys.readouterr().err


def test_a_link_signs_the_first_administrator_in(capsys, client):
    assert cli.main(["link"]) == cli.DONE
    path = capsys.readouterr().out.strip().removeprefix("http://localhost:9000")

    client.post(path)

    assert "_auth_user_id" in client.session


def test_doctor_names_what_is_missing_and_how_to_mend_it(capsys):
    _, rows = _run(capsys, "doctor", "--format", "json")

    worker = next(row for row in rows if row["check"] == "Worker")
    assert worker["health"] == "reduced"
    assert "ledgerflow worker" in worker["remedy"]


def test_a_second_currency_of_an_account_number_is_an_account_of_its_own(capsys, files, tmp_path):
    euros = tmp_path / "euros.ofx"
    euros.write_bytes(files[0].read_bytes().replace(b"<CURDEF>USD", b"<CURDEF>EUR"))

    status, rows = _import(capsys, files[0], euros, files[1])

    assert status == cli.DONE
    assert [row["state"] for row in rows] == ["ready"] * 3
    assert sorted(BankAccount.objects.values_list("currency", flat=True)) == ["EUR", "USD"]


def test_a_noted_head_must_still_be_in_the_chain(capsys, files):
    _import(capsys, *files)
    noted = chain_head(book=Book.objects.get(slug="acme")).shown

    kept, nothing = _run(capsys, "verify", "--book", "acme", "--anchor", noted, "--format", "json")
    lost, problems = _run(capsys, "verify", "--book", "acme", "--anchor", "0" * 32, "--format", "json")
    refused = cli.main(["verify", "--anchor", noted])

    assert (kept, nothing) == (0, [])
    assert lost == 1
    assert [problem["check"] for problem in problems] == ["anchor"]
    assert refused == 1
    assert "name the book with --book" in capsys.readouterr().err


def test_dates_that_leave_their_order_open_are_read_as_the_option_says(capsys, tmp_path):
    (tmp_path / "open.csv").write_text(
        "Date,Description,Amount\n03/04/2026,Coffee,-3.50\n05/06/2026,Tea,-2.50\n"
    )
    (tmp_path / "sure.csv").write_text("Date,Text,Amount\n01/15/2026,Coffee,-3.50\n01/20/2026,Tea,-2.50\n")

    asked, (row,) = _import(capsys, tmp_path / "open.csv")
    status, rows = _import(
        capsys, "--day-order", "DMY", tmp_path / "sure.csv", tmp_path / "open.csv"
    )  # asks there

    assert (asked, row["state"]) == (2, "needs_you")
    assert row["message"].startswith("Is 03/04/2026 the 3rd of April or the 4th of March?")
    assert row["message"].endswith("Say it with --day-order.")
    assert (status, [row["state"] for row in rows]) == (cli.DONE, ["ready", "here_already"])
    assert [f"{each.date}" for each in StatementLine.objects.order_by("date")] == [
        "2026-01-15",
        "2026-01-20",
        "2026-04-03",
        "2026-06-05",
    ]


def test_a_protected_file_that_asks_is_never_left_to_a_worker_who_lacks_its_password(capsys, tmp_path):
    header, places = ("Date", "Description", "Money out", "Money in", "Balance"), (40, 110, -400, -470, -550)
    rows = [("03/04/2026", "Tea", "15.00", "", "85.00"), ("03/04/2026", "Pay", "", "10.00", "95.00")]
    path = tmp_path / "a.pdf"
    path.write_bytes(table(Printer(password="open sesame"), header, rows, places).content())

    _, (asking,) = _import(capsys, "--password", "open sesame", path)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    status, (row,) = _import(capsys, "--password", "open sesame", "--day-order", "DMY", path)

    assert (asking["state"], status, row["state"]) == ("needs_you", cli.DONE, "here_already")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND scheduled_at IS NULL",
            [IMPORT_JOB],
        )
        assert cursor.fetchone() == (0,)
