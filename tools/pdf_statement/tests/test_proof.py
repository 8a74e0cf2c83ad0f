"""A PDF that does not agree with itself is refused: silently wrong must not happen."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.contract import Reading, StatementRefusedError
from tools.pdf_statement import claims, read_statement
from tools.pdf_statement._document import read_pages
from tools.pdf_statement.tests import layouts
from tools.pdf_statement.tests.layouts import LAYOUTS
from tools.pdf_statement.tests.printing import Printer, table

CONTENTS = [layout()[0] for layout in LAYOUTS.values()]
FIVE = (40, 110, -400, -470, -550)
HEADER = ("Date", "Description", "Money out", "Money in", "Balance")


def refused(content, **options):
    with pytest.raises(StatementRefusedError) as caught:
        read_statement(content, "statement.pdf", **options)
    return str(caught.value)


def printed_with_a_fault(monkeypatch, layout, number, kind):
    """Print a layout with one amount of its rows wrong or one row missing; ``None`` when there is no such row."""
    faults = iter(range(1000))

    def faulty(printer, header, rows, places):
        changed = []
        for row in rows:
            at = next(faults)
            if at != number:
                changed.append(row)
            elif kind == "digit":
                cell = next(i for i in range(2, len(row)) if re.search(r"\d[.,\s]\d|\d{3}", row[i]))
                digit = re.search(r"[1-9]", row[cell])[0]
                wrong = row[cell].replace(digit, str(int(digit) % 9 + 1), 1)
                changed.append((*row[:cell], wrong, *row[cell + 1 :]))
        return table(printer, header, changed, places)

    with monkeypatch.context() as patch:
        patch.setattr(layouts, "table", faulty)
        content, _, _ = layout()
    return content if next(faults) > number else None


@pytest.mark.parametrize("kind", ["digit", "missing"])
@pytest.mark.parametrize(
    "layout",
    [layout for name, layout in LAYOUTS.items() if name != "british"],
    ids=lambda each: each.__name__,
)
def test_one_fault_in_a_row_is_never_read(monkeypatch, layout, kind):
    _, rows, _ = layout()
    wrong = 0
    for number in range(sum(map(len, rows))):
        content = printed_with_a_fault(monkeypatch, layout, number, kind)
        if content is None:
            continue
        try:
            reading = read_statement(content, "statement.pdf")
        except StatementRefusedError:
            continue
        # What is read may only be what the rest still proves: a first or last row gone leaves a shorter whole.
        wrong += not all(
            statement.opening_balance + sum(line.amount for line in statement.lines)
            == statement.closing_balance
            for statement in reading.statements
        )
    assert wrong == 0


def test_it_refuses_rows_that_nothing_proves_without_a_header():
    page = Printer().line((40, "01/02/2026"), (110, "Something"), (-470, "12.00"))
    page.line((40, "15/02/2026"), (110, "Other"), (-470, "-3.00"))

    assert "for certain" in refused(page.content())


def test_it_reads_a_signed_table_with_a_header_that_states_no_balance():
    page = Printer()
    rows = [("14/02/2026", "Shop", "-12.00"), ("15/02/2026", "Pay", "30.00")]
    table(page, ("Date", "Description", "Amount"), rows, (40, 110, -470))

    (statement,) = read_statement(page.content(), "statement.pdf").statements

    assert [str(line.amount) for line in statement.lines] == ["-12.00", "30.00"]


def test_it_asks_for_a_year_that_nothing_states_and_takes_it_from_the_name():
    page = Printer()
    rows = [("01 MAY", "Cafe", "15.00", "", "85.00"), ("02 MAY", "Pay", "", "10.00", "95.00")]
    content = table(page, HEADER, rows, FIVE).content()

    assert "without a year" in refused(content)
    reading = read_statement(content, "statement-2026.pdf")
    (statement,) = reading.statements
    assert [line.date.isoformat() for line in statement.lines] == ["2026-05-01", "2026-05-02"]
    assert any("by the year in the file's name" in warning for warning in reading.warnings)


def test_it_refuses_days_and_months_that_nothing_settles():
    page = Printer().line((40, "Statement period 1 January 2026 to 30 September 2026"))
    rows = [("03/04", "Cafe", "15.00", "", "85.00"), ("03/04", "Pay", "", "10.00", "95.00")]

    assert "day or the month first" in refused(table(page, HEADER, rows, FIVE).content())


@pytest.mark.parametrize("mark", ["", "*", "·", "†"])
def test_a_mark_behind_the_number_of_a_check_does_not_hide_its_date(mark):
    header, places = ("Number", "Date", "Amount"), (40, 120, -350)
    rows = [("1001", "06/06/2023", "$10.00"), (f"1007{mark}", "06/21/2023", "$389.44")]
    page = Printer().line((40, "Checks"))

    (statement,) = read_statement(table(page, header, rows, places).content(), "june.pdf").statements

    assert [f"{line.date}" for line in statement.lines] == ["2023-06-06", "2023-06-21"]


def test_a_password_opens_a_protected_file():
    page = Printer(password="open sesame")
    rows = [("2026-05-01", "Cafe", "15.00", "", "85.00"), ("2026-05-02", "Pay", "", "10.00", "95.00")]
    content = table(page, HEADER, rows, FIVE).content()

    assert claims(content, "a.pdf")
    assert "protected by a password" in refused(content)
    assert "does not open" in refused(content, password="wrong")
    assert len(read_statement(content, "a.pdf", password="open sesame").statements[0].lines) == 2


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (Printer().page().content(), "blank"),
        (b"%PDF-1.4\nnothing", "damaged"),
        (Printer().line((40, "Dear customer, your balance is 1,234.00 today.")).content(), "no table"),
    ],
)
def test_it_refuses_what_holds_no_rows(content, word):
    assert word in refused(content)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_box_of_a_line_holds_its_amount(layout):
    content, _, _ = layout()
    words = [word for page in read_pages(content, None) for word in page.words]

    for statement in read_statement(content, "statement.pdf").statements:
        for line in statement.lines:
            x0, top, x1, bottom = line.place["box"]
            inside = "".join(
                word.text
                for word in words
                if word.page == line.place["page"] and x0 - 0.1 <= word.x0 and word.x1 <= x1 + 0.1
                and top - 0.1 <= word.top and word.bottom <= bottom + 0.1
            )  # fmt: skip
            assert re.sub(r"\D", "", str(line.amount)) in re.sub(r"\D", "", inside)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(CONTENTS),
    st.lists(st.tuples(st.integers(0, 6000), st.binary(min_size=1, max_size=6)), max_size=8),
)
def test_it_reads_or_refuses_whatever_the_bytes(content, edits):
    for at, piece in edits:
        start = at % len(content)
        content = content[:start] + piece + content[start + len(piece) :]

    with suppress(StatementRefusedError):
        assert isinstance(read_statement(content, "damaged.pdf"), Reading)


def _three_pages(pages, *, closing, numbered="Seite {} von 3"):
    rows = {
        1: [("02.03.2026", "Miete", "500,00", "", "500,00")],
        2: [("09.03.2026", "Strom", "45,00", "", "455,00")],
        3: [("30.03.2026", "Gehalt", "", "2.000,00", "2.455,00")],
    }
    page = Printer().line((40, "Kontoauszug")).line((40, "Alter Kontostand"), (-550, "1.000,00"))
    for number in pages:
        page.line((-550, numbered.format(number)))
        table(page, ("Datum", "Vorgang", "Soll", "Haben", "Saldo"), rows[number], FIVE)
        if number == 3 and closing:
            page.line((40, "Neuer Kontostand"), (-550, closing))
        page.page()
    return page.content()


def test_a_page_that_is_missing_is_named():
    whole = read_statement(_three_pages((1, 2, 3), closing="2.455,00"), "statement.pdf").statements[0]
    cut = read_statement(_three_pages((1, 2), closing=None), "statement.pdf").statements[0]

    assert (len(whole.lines), whole.missing_pages) == (3, None)
    assert (len(cut.lines), cut.missing_pages) == (2, "page 3 of 3 is missing")
    assert refused(_three_pages((1, 3), closing="2.455,00")).startswith("Page 2 of 3 is missing in the PDF. ")


@pytest.mark.parametrize("text", ["Linzer Str. {}/12", "PAG {}/12", "Read page {} of 12 of our terms"])
def test_an_address_an_instalment_and_a_sentence_number_no_page(text):
    reading = read_statement(_three_pages((1, 2), closing=None, numbered=text), "statement.pdf")

    assert (reading.statements[0].missing_pages, reading.warnings) == (None, ())


@pytest.mark.parametrize("text", ["str. {} z 3", "Pagina {}/3", "- Page {} of 3 -", "Konto 12 Seite {} / 3"])
def test_a_page_says_its_number_in_many_ways(text):
    reading = read_statement(_three_pages((1, 2), closing=None, numbered=text), "statement.pdf")

    assert reading.statements[0].missing_pages == "page 3 of 3 is missing"


def test_a_page_that_the_balances_do_not_miss_is_a_warning():
    content = _three_pages((1, 2, 3), closing="2.455,00", numbered="Page {} of 4")

    reading = read_statement(content, "statement.pdf")

    assert reading.statements[0].missing_pages is None
    assert reading.warnings == (
        "Page 4 of 4 is missing in the PDF; the balances show that it holds no transactions.",
    )


def _balances_on_days(before, after):
    header = ("Date", "Nature de l'operation", "Débit", "Crédit")
    page = Printer().line((40, "Relevé de compte du 01/02/2026 au 28/02/2026"))
    table(page, header, [("", "SOLDE CREDITEUR AU 31/01/2026", "", before)], (40, 110, -450, -550))
    page.line((40, "03/02/2026"), (110, "PRLV EAU"), (-450, "60,50"))
    page.line((40, "13/02/2026"), (110, "VIR SALAIRE"), (-550, "2 000,00"))
    return page.line((110, "SOLDE CREDITEUR AU 28/02/2026"), (-550, after)).content()


def test_a_balance_on_a_day_is_the_opening_one_before_the_rows_and_the_closing_one_after_them():
    (statement,) = read_statement(_balances_on_days("1 000,00", "2 939,50"), "a.pdf").statements

    assert [str(line.amount) for line in statement.lines] == ["-60.50", "2000.00"]
    assert (str(statement.opening_balance), str(statement.closing_balance)) == ("1000.00", "2939.50")
    assert refused(_balances_on_days("1 000,00", "2 939,40"))
