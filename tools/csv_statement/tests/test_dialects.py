"""Tables written in many dialects read back exactly."""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest

from hypothesis import given, settings
from hypothesis import strategies as st

from tools._shared.grid import Grid, columns_from
from tools.csv_statement import claims, read_statement
from tools.csv_statement._dialect import _collect, _plain_rows

HEADERS = {
    "en": ("Date", "Description", "Amount", "Paid out", "Paid in", "Debit/Credit", "Balance"),
    "de": ("Buchungstag", "Verwendungszweck", "Betrag", "Soll", "Haben", "Soll/Haben", "Saldo"),
    "fr": ("Date", "Libellé", "Montant", "Débit", "Crédit", "Sens", "Solde"),
    "nl": ("Datum", "Omschrijving", "Bedrag", "Af", "Bij", "Af Bij", "Saldo"),
    "es": ("Fecha", "Concepto", "Importe", "Cargo", "Abono", "Cargo/Abono", "Saldo"),
    "it": ("Data", "Descrizione", "Importo", "Uscite", "Entrate", "Dare/Avere", "Saldo"),
}
FLAGS = {
    "en": "DC",
    "de": "SH",
    "fr": ("Débit", "Crédit"),
    "nl": ("Af", "Bij"),
    "es": ("Cargo", "Abono"),
    "it": ("Dare", "Avere"),
}
DATES = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%y",
    "%Y%m%d",
    "%d %b %Y",
    "%Y/%m/%d %H:%M:%S",
)


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    mark: str
    group: str
    dates: str
    language: str
    shape: str
    minus: str
    balance: bool
    newest_first: bool
    preamble: bool
    encoding: str
    newline: str
    quote_all: bool


dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    mark=st.sampled_from([".", ","]),
    group=st.sampled_from(["", "other", " ", "'", "\u202f"]),
    dates=st.sampled_from(DATES),
    language=st.sampled_from(sorted(HEADERS)),
    shape=st.sampled_from(["signed", "pair", "flag"]),
    minus=st.sampled_from(["-", "trailing", "parentheses", "\u2212"]),
    balance=st.booleans(),
    newest_first=st.booleans(),
    preamble=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    quote_all=st.booleans(),
)
rows = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(-99_999_999, 99_999_999).filter(bool),
        st.text("abcXYZ 0123;,|'&äéß", min_size=1, max_size=20),
    ),
    min_size=3,
    max_size=25,
)


def number(value, dialect):
    text = f"{abs(value):,.2f}"
    group = {"other": "," if dialect.mark == "." else "."}.get(dialect.group, dialect.group)
    text = text.replace(",", "G").replace(".", dialect.mark).replace("G", group)
    if value >= 0:
        return text
    return {"-": f"-{text}", "trailing": f"{text}-", "parentheses": f"({text})", "\u2212": f"\u2212{text}"}[
        dialect.minus
    ]


def write(dialect, movements):
    day_title, text_title, amount_title, out_title, in_title, flag_title, balance_title = HEADERS[
        dialect.language
    ]
    header = [day_title, text_title]
    header += {"signed": [amount_title], "pair": [out_title, in_title], "flag": [amount_title, flag_title]}[
        dialect.shape
    ]
    table = []
    balance = Decimal("250.00")
    for day, amount, text in movements:
        balance += amount
        shown = {
            "signed": [number(amount, dialect)],
            "pair": ["", number(amount, dialect)] if amount > 0 else [number(-amount, dialect), ""],
            "flag": [number(abs(amount), dialect), FLAGS[dialect.language][amount > 0]],
        }[dialect.shape]
        table.append(
            [
                day.strftime(dialect.dates),
                f"x{text}",
                *shown,
                *([number(balance, dialect)] if dialect.balance else []),
            ]
        )
    if dialect.newest_first:
        table.reverse()
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if dialect.quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=dialect.delimiter, quoting=quoting, lineterminator=dialect.newline)
    if dialect.preamble:
        writer.writerow(["Account statement", "of the bank"])
        out.write(dialect.newline)
    writer.writerow(header + ([balance_title] if dialect.balance else []))
    writer.writerows(table)
    return out.getvalue().encode(dialect.encoding)


@settings(max_examples=150, deadline=None)
@given(dialects, rows)
def test_it_reads_back_what_was_written(dialect, drawn):
    day, movements = date(2026, 1, 1), []
    for step, cents, text in drawn:
        day += timedelta(days=step)
        movements.append((day, Decimal(cents) / 100, text))
    # a day above 12 and both signs settle what would otherwise be refused
    movements.append((date(2026, 12, 31), Decimal("-1234.50"), "settles"))
    movements.append((date(2026, 12, 31), Decimal("234.50"), "settles"))
    movements.insert(0, (date(2026, 1, 1), Decimal("-5.25"), "first"))
    content = write(dialect, movements)

    claimed = claims(content, "statement.csv")
    reading = read_statement(content, "statement.csv")

    assert claimed
    (statement,) = reading.statements
    assert [(line.date, line.amount) for line in statement.lines] == [
        (day, amount) for day, amount, _ in movements
    ]
    if dialect.balance:
        assert statement.opening_balance == Decimal("250.00")
        assert statement.closing_balance == Decimal("250.00") + sum(amount for _, amount, _ in movements)


@settings(deadline=None)
@given(text=st.text("a1-,;| \n", min_size=1, max_size=30), delimiter=st.sampled_from([";", "|", ","]))
def test_plain_rows_it_cuts_as_the_csv_reader_does(text, delimiter):
    cut = _plain_rows(text, delimiter)

    rows = _collect(text, delimiter, strict=True)

    assert cut is not None or " " in text
    if cut is not None:
        filled = [row or [""] for row in rows.cells] if isinstance(cut.cells, Grid) else rows.cells
        assert list(cut.cells) == filled
        assert list(cut.lines) == list(rows.lines)
        assert columns_from(cut.cells, 1) == list(zip_longest(*filled[1:], fillvalue=""))
        assert [cut.cells.count(row) for row in cut.cells] == [filled.count(row) for row in filled]


def test_what_the_csv_reader_treats_on_its_own_is_not_cut():
    special = ['a,"b,c"', "a, b", "a\rb", "a\u00a0,b", " a,b", "a,b ", ("," * 300), "a" * 30_000]

    assert [_plain_rows(text, ",") for text in special] == [None] * len(special)
    assert list(_plain_rows("a\tb", "\t").cells) == [["a", "b"]]
