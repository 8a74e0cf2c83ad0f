"""Statement files for the demo books, written as banks write them.

Shares no code with the readers: what is demonstrated is the real way in. The same month gives the same files.
"""

import random
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Habit:
    """What recurs on an account: bank text, kind of spending, how often a month, and between which amounts.

    Amounts are in cents of the account's currency, money out negative; ``{n}`` in the text varies. ``day`` is the day
    of the month, where it does not vary.
    """

    text: str
    kind: str
    times: int
    least: int
    most: int
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One line that the bank will state."""

    day: date
    cents: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A file as it would be downloaded, and what each of its texts was for."""

    name: str
    content: bytes
    movements: tuple[Movement, ...]


CHECKING_HABITS = (
    Habit("DEPOSIT STRIPE TRANSFER {n}", "sales", 6, 42000, 265000),
    Habit("ACH CREDIT BRIGHTLINE STUDIOS INV {n}", "sales", 1, 180000, 420000),
    Habit("HARBOR PROPERTY MGMT RENT", "rent", 1, -145000, -145000),
    Habit("GUSTO PAYROLL {n} CONTRACTOR", "contract-labor", 2, -120000, -60000),
    Habit("PACIFIC POWER & LIGHT {n}", "utilities", 1, -18400, -9100),
    Habit("COMCAST BUSINESS {n}", "utilities", 1, -12999, -12999),
    Habit("HISCOX INSURANCE {n}", "insurance", 1, -6450, -6450),
    Habit("MONTHLY SERVICE FEE", "other-expenses", 1, -1500, -1500),
    Habit("BUSINESS CARD PAYMENT THANK YOU", "transfer", 1, -98000, -98000, day=20),
    Habit("OWNER DRAW TRANSFER TO SAVINGS", "drawings", 1, -250000, -150000),
    Habit("CHECK {n}", "unknown", 1, -42000, -8000),
)
CARD_HABITS = (
    Habit("ADOBE *CREATIVE CLOUD 408-536-6000 CA", "office", 1, -5999, -5999),
    Habit("GOOGLE *ADS{n} CC@GOOGLE.COM CA", "advertising", 3, -25000, -8000),
    Habit("AMZN MKTP US*{n} AMZN.COM/BILL WA", "supplies", 4, -14500, -900),
    Habit("STAPLES 0011{n} PORTLAND OR", "office", 1, -9800, -1200),
    Habit("BLUE STAR COFFEE {n} PORTLAND OR", "meals", 5, -1850, -450),
    Habit("SHELL OIL 5744{n} PORTLAND OR", "car", 2, -6900, -3100),
    Habit("ALASKA AIR {n} SEATTLE WA", "travel", 1, -42000, -17900),
    Habit("PAYMENT RECEIVED - THANK YOU", "transfer", 1, 98000, 98000, day=20),
)
CAFE_HABITS = (
    Habit("SumUp Payments Limited Auszahlung {n}", "sales", 9, 31000, 118000),
    Habit("Miete Ladenlokal Nordstr. 12", "rent", 1, -180000, -180000),
    Habit("METRO Deutschland GmbH Kd.-Nr. {n}", "cost-of-sales", 4, -64000, -12000),
    Habit("Rösterei Elbgold Rechnung {n}", "cost-of-sales", 2, -48000, -19000),
    Habit("Stadtwerke Abschlag Strom", "utilities", 1, -21500, -21500),
    Habit("Telekom Deutschland Rechnung {n}", "utilities", 1, -5995, -5995),
    Habit("Gehalt Aushilfe {n}", "wages", 2, -53800, -53800),
    Habit("Kontoführungsentgelt", "bank-fees", 1, -1290, -1290),
    Habit("Finanzamt Hamburg USt-Voranmeldung", "taxes", 1, -38000, -21000),
)


def months_before(today: date, count: int) -> list[date]:
    """Return the first days of the last ``count`` complete months, oldest first."""
    firsts = []
    first = today.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        firsts.append(first)
    return firsts[::-1]


def months_through(today: date) -> list[date]:
    """Return the first days of the months from January of last year through this month, oldest first."""
    first = date(today.year - 1, 1, 1)
    count = 12 + today.month
    return [first.replace(year=first.year + at // 12, month=at % 12 + 1) for at in range(count)]


def movements_of(
    habits: Sequence[Habit], month: date, seed: str, *, through: date = date.max
) -> list[Movement]:
    """Return a month's movements in the order the bank books them; through a day, what it has booked by then."""
    chance = random.Random(f"{seed} {month:%Y-%m}")  # noqa: S311 - demo data must repeat
    days = monthrange(month.year, month.month)[1]
    made = [
        Movement(
            _day(month, habit, chance.randint(1, days)),
            chance.randint(habit.least, habit.most),
            habit.text.format(n=chance.randint(1000, 9999)),
            habit.kind,
        )
        for habit in habits
        for _ in range(habit.times)
    ]
    booked = [movement for movement in made if movement.day <= through]
    return sorted(booked, key=lambda movement: (movement.day, movement.text))


def _day(month: date, habit: Habit, by_chance: int) -> date:
    return month.replace(day=habit.day or by_chance)


def _units(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def ofx_files(
    *,
    habits: Sequence[Habit],
    months: Sequence[date],
    account: str,
    opening_cents: int,
    name: str,
    through: date = date.max,
) -> Iterator[DemoFile]:
    """Yield a month's OFX 1.02 file each, as a US bank offers it for download; the last one ends ``through`` a day."""
    balance = opening_cents
    for month in months:
        moved = movements_of(habits, month, account, through=through)
        balance += sum(movement.cents for movement in moved)
        last = min(month.replace(day=monthrange(month.year, month.month)[1]), through)
        rows = "".join(
            "<STMTTRN>\r\n"
            f"<TRNTYPE>{'CREDIT' if movement.cents > 0 else 'DEBIT'}\r\n"
            f"<DTPOSTED>{movement.day:%Y%m%d}120000[-8:PST]\r\n"
            f"<TRNAMT>{_units(movement.cents)}\r\n"
            f"<FITID>{month:%Y%m}{number:05d}\r\n"
            f"<NAME>{movement.text.replace('&', '&amp;')}\r\n"
            "</STMTTRN>\r\n"
            for number, movement in enumerate(moved, start=1)
        )
        text = (
            "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
            "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
            "<OFX>\r\n<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
            f"<DTSERVER>{last:%Y%m%d}235959[-8:PST]<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>\r\n"
            "<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>\r\n"
            f"<STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>123000848<ACCTID>{account}<ACCTTYPE>CHECKING</BANKACCTFROM>\r\n"
            f"<BANKTRANLIST><DTSTART>{month:%Y%m%d}000000[-8:PST]<DTEND>{last:%Y%m%d}235959[-8:PST]\r\n"
            f"{rows}</BANKTRANLIST>\r\n"
            f"<LEDGERBAL><BALAMT>{_units(balance)}<DTASOF>{last:%Y%m%d}235959[-8:PST]</LEDGERBAL>\r\n"
            "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
        )
        yield DemoFile(f"{name}-{month:%Y-%m}.ofx", text.encode("cp1252"), tuple(moved))


def card_csv_files(
    *,
    habits: Sequence[Habit],
    months: Sequence[date],
    card: str,
    opening_cents: int,
    name: str,
    through: date = date.max,
) -> Iterator[DemoFile]:
    """Yield a month's card CSV each, newest row first, with a running balance; the last one ends ``through`` a day."""
    balance = opening_cents
    for month in months:
        moved = movements_of(habits, month, card, through=through)
        rows = []
        for movement in moved:
            balance += movement.cents
            rows.append(
                f'{movement.day:%m/%d/%Y},"{movement.text}",{_units(movement.cents)},{_units(balance)}\r\n'
            )
        text = f"Account Number,{card}\r\n\r\nDate,Description,Amount,Running Balance\r\n" + "".join(
            reversed(rows)
        )
        yield DemoFile(f"{name}-{month:%Y-%m}.csv", text.encode(), tuple(moved))


def german_csv_files(
    *, habits: Sequence[Habit], months: Sequence[date], iban: str, opening_cents: int, name: str
) -> Iterator[DemoFile]:
    """Yield a month's CSV each as German banks write it: semicolons, decimal commas, a running balance, cp1252."""
    balance = opening_cents
    for month in months:
        moved = movements_of(habits, month, iban)
        rows = []
        for movement in moved:
            balance += movement.cents
            day = f"{movement.day:%d.%m.%Y}"
            rows.append(
                f'"{iban}";{day};{day};"{movement.text}";{_german(movement.cents)};EUR;{_german(balance)}\r\n'
            )
        text = (
            "Auftragskonto;Buchungstag;Valutadatum;Verwendungszweck;Betrag;Währung;Saldo nach Buchung\r\n"
            + "".join(rows)
        )
        yield DemoFile(f"{name}-{month:%Y-%m}.csv", text.encode("cp1252"), tuple(moved))


def _german(cents: int) -> str:
    return f"{_units(cents):,.2f}".translate(str.maketrans(",.", ".,"))


def with_a_missing_row(file: DemoFile) -> DemoFile:
    """Return the file as if the bank's export had lost a row in the middle: its balances no longer prove."""
    rows = file.content.splitlines(keepends=True)
    kept = rows[: len(rows) // 2] + rows[len(rows) // 2 + 1 :]
    return DemoFile(file.name, b"".join(kept), file.movements)
