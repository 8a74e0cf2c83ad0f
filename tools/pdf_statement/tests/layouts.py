"""Layouts of statements from many countries, each with the truth it was printed from: dates, amounts, balances."""

from tools.pdf_statement.tests.printing import Printer, table

FIVE = (40, 110, -400, -470, -550)


def british():
    """Money out and in by column, the day only on its first line, descriptions over two lines."""
    page = Printer().line((40, "Your statement")).line((40, "1 March 2026 to 31 March 2026"))
    page.line((40, "Sort code 01-02-03 Account number 12345678")).gap()
    page.line(*zip(FIVE, ("Date", "Details", "Money out", "Money in", "Balance"), strict=True))
    page.line((40, "1 Mar"), (110, "BALANCE BROUGHT FORWARD"), (-550, "1,000.00"))
    page.line((40, "2 Mar"), (110, "CARD PAYMENT TO CORNER CAFE"), (-400, "12.50"))
    page.line((110, "LONDON GB"))
    page.line((110, "DIRECT DEBIT TO WATER BOARD"), (-400, "40.00"), (-550, "947.50"))
    page.line((40, "15 Mar"), (110, "SALARY"), (-470, "2,100.00"), (-550, "3,047.50"))
    page.line((40, "31 Mar"), (110, "BALANCE CARRIED FORWARD"), (-550, "3,047.50"))
    rows = [("2026-03-02", "-12.50"), ("2026-03-02", "-40.00"), ("2026-03-15", "2100.00")]
    return page.content(), [rows], [("1000.00", "3047.50")]


def german():
    """Trailing minus and plus, days without a year, the year in the title, a value date."""
    page = Printer().line((40, "Kontoauszug Nr. 4/2026 vom 01.04.2026 bis 30.04.2026"))
    page.line((40, "IBAN DE02 1203 0000 0000 2020 51")).line(
        (40, "Alter Kontostand"), (-550, "1.234,56 +")
    ).gap()
    places = (40, 90, 140, -550)
    header = ("Buchung", "Valuta", "Vorgang", "Betrag EUR")
    rows = [
        ("02.04.", "02.04.", "Lastschrift Stadtwerke", "84,10 -"),
        ("15.04.", "16.04.", "Gehalt Muster GmbH", "2.500,00 +"),
        ("30.04.", "30.04.", "Miete Mai", "1.050,00 -"),
    ]
    table(page, header, rows, places).line((40, "Neuer Kontostand"), (-550, "2.600,46 +"))
    found = [("2026-04-02", "-84.10"), ("2026-04-15", "2500.00"), ("2026-04-30", "-1050.00")]
    return page.content(), [found], [("1234.56", "2600.46")]


def french():
    """Debit and credit columns, thousands with spaces, a total line that proves."""
    page = Printer().line((40, "Relevé de compte du 01/05/2026 au 31/05/2026"))
    page.line((40, "SOLDE PRECEDENT"), (-550, "10 250,00")).gap()
    places = (40, 90, 150, -470, -550)
    header = ("Date", "Valeur", "Libellé", "Débit", "Crédit")
    rows = [
        ("04/05", "04/05", "CARTE BOULANGERIE", "6,40", ""),
        ("12/05", "13/05", "VIR SALAIRE", "", "2 310,75"),
        ("28/05", "28/05", "PRLV LOYER", "1 120,00", ""),
    ]
    table(page, header, rows, places)
    page.line((150, "TOTAL DES MOUVEMENTS"), (-470, "1 126,40"), (-550, "2 310,75"))
    page.line((40, "SOLDE FINAL"), (-550, "11 434,35"))
    found = [("2026-05-04", "-6.40"), ("2026-05-12", "2310.75"), ("2026-05-28", "-1120.00")]
    return page.content(), [found], [("10250.00", "11434.35")]


def american():
    """Sections that give the sign, checks in two tables side by side, daily balances that are no rows."""
    page = (
        Printer()
        .line((40, "December 12, 2025 through January 13, 2026"))
        .line((40, "Account number: 000012345678"))
    )
    page.line((40, "Beginning balance"), (-400, "$2,000.00")).line(
        (40, "Ending balance"), (-400, "$2,305.00")
    ).gap()
    three = (40, 110, -550)
    page.line((40, "Deposits and additions"))
    table(
        page,
        ("Date", "Description", "Amount"),
        [("12/20", "Payroll", "$1,000.00"), ("01/05", "Refund", "25.00")],
        three,
    )
    page.line((40, "Total deposits and additions"), (-550, "$1,025.00")).gap()
    page.line((40, "Electronic withdrawals"))
    table(page, ("Date", "Description", "Amount"), [("12/28", "Power company", "$220.00")], three)
    page.line((40, "Total electronic withdrawals"), (-550, "$220.00")).gap()
    page.line((40, "Checks paid"))
    six = (40, 100, -250, 320, 380, -550)
    header = ("Check", "Date", "Amount", "Check", "Date", "Amount")
    table(
        page,
        header,
        [("1001", "12/15", "$100.00", "1003", "01/02", "$150.00"), ("1002", "12/30", "250.00", "", "", "")],
        six,
    )
    page.line((40, "Total checks paid"), (-550, "$500.00")).gap()
    page.line((40, "Daily ending balance"))
    table(
        page,
        ("Date", "Amount", "Date", "Amount"),
        [("12/15", "$1,900.00", "12/20", "$2,900.00")],
        (40, -200, 320, -480),
    )
    found = [
        ("2025-12-15", "-100.00"), ("2025-12-20", "1000.00"), ("2025-12-28", "-220.00"), ("2025-12-30", "-250.00"),
        ("2026-01-02", "-150.00"), ("2026-01-05", "25.00"),
    ]  # fmt: skip
    return page.content(), [found], [("2000.00", "2305.00")]


def indian():
    """Serial numbers, Indian digit groups, balances with Cr, long narrations."""
    page = Printer(size=8).line((40, "Statement of account from 01-04-2026 to 30-04-2026")).gap()
    places = (40, 70, 140, -400, -470, -560)
    header = ("Sl", "Tran Date", "Particulars", "Withdrawals", "Deposits", "Balance")
    rows = [
        ("1", "01-04-2026", "UPI/RENT/42", "25,000.00", "", "1,75,000.00 Cr"),
        ("2", "15-04-2026", "NEFT SALARY", "", "12,50,000.50", "14,25,000.50 Cr"),
        ("3", "30-04-2026", "ATM WDL", "10,000.00", "", "14,15,000.50 Cr"),
    ]
    table(page, header, rows, places)
    found = [("2026-04-01", "-25000.00"), ("2026-04-15", "1250000.50"), ("2026-04-30", "-10000.00")]
    return page.content(), [found], [("200000.00", "1415000.50")]


def two_accounts():
    """Two accounts one after the other, balances in every row, page breaks inside a table."""
    page = Printer().line((40, "Statement date 30 June 2026"))
    header, places = ("Date", "Description", "Credits", "Debits", "Balance"), (40, 110, -400, -470, -550)
    page.line((40, "Current account 11112222"))
    rows = [("01/06/2026", "Opening balance", "", "", "50.00"), ("16/06/2026", "Pay", "100.00", "", "150.00")]
    table(page, header, rows, places).page()
    table(page, header, [("20/06/2026", "Shop", "", "30.00", "120.00")], places)
    page.line((40, "20/06/2026"), (110, "Closing balance"), (-550, "120.00")).gap()
    page.line((40, "Savings account 33334444"))
    rows = [
        ("01/06/2026", "Opening balance", "", "", "900.00"),
        ("30/06/2026", "Interest", "1.25", "", "901.25"),
    ]
    table(page, header, rows, places).line((40, "30/06/2026"), (110, "Closing balance"), (-550, "901.25"))
    first = [("2026-06-16", "100.00"), ("2026-06-20", "-30.00")]
    return page.content(), [first, [("2026-06-30", "1.25")]], [("50.00", "120.00"), ("900.00", "901.25")]


def card():
    """A card: purchases positive, a repayment in parentheses, what is owed as balance."""
    page = Printer().line((40, "CREDIT CARD STATEMENT")).line((40, "Statement date 31/07/2026"))
    page.line((40, "Previous balance"), (-550, "300.00")).gap()
    header, places = ("Trans date", "Post date", "Description", "Amount"), (40, 100, 170, -550)
    rows = [
        ("02/07", "03/07", "PAYMENT - THANK YOU", "(300.00)"),
        ("09/07", "10/07", "GROCER", "45.20"),
        ("21/07", "22/07", "BOOKSHOP", "19.99"),
        ("25/07", "26/07", "TRANSPORT FOR LONDON", "7.10"),
        ("28/07", "29/07", "NEW BALANCE STORE", "80.00"),
    ]
    table(page, header, rows, places).line((40, "New balance"), (-550, "152.29"))
    found = [
        ("2026-07-02", "300.00"), ("2026-07-09", "-45.20"), ("2026-07-21", "-19.99"), ("2026-07-25", "-7.10"),
        ("2026-07-28", "-80.00"),
    ]  # fmt: skip
    return page.content(), [found], [("-300.00", "-152.29")]


def spanish():
    """A signed column and a running balance, month names, newest first."""
    page = Printer().line((40, "Extracto de movimientos")).gap()
    header, places = ("Fecha", "Concepto", "Importe", "Saldo"), (40, 130, -470, -550)
    rows = [
        ("28 feb 2026", "Recibo luz", "-63,20", "1.136,80"),
        ("14 feb 2026", "Nómina", "1.000,00", "1.200,00"),
        ("3 feb 2026", "Alquiler", "-650,00", "200,00"),
    ]
    table(page, header, rows, places)
    found = [("2026-02-03", "-650.00"), ("2026-02-14", "1000.00"), ("2026-02-28", "-63.20")]
    return page.content(), [found], [("850.00", "1136.80")]


def unsigned():
    """Amounts without any sign: only the running balance says the direction."""
    page = Printer().line((40, "Account activity 2026")).line((40, "Opening balance"), (-550, "500.00")).gap()
    header, places = ("Date", "Description", "Amount", "Balance"), (40, 110, -470, -550)
    rows = [
        ("2026-08-03", "Insurance", "120.00", "380.00"),
        ("2026-08-12", "Client A", "900.00", "1,280.00"),
        ("2026-08-20", "Tools", "80.00", "1,200.00"),
    ]
    table(page, header, rows, places)
    found = [("2026-08-03", "-120.00"), ("2026-08-12", "900.00"), ("2026-08-20", "-80.00")]
    return page.content(), [found], [("500.00", "1200.00")]


def yen():
    """Whole amounts, a symbol, newest years in front."""
    page = Printer().line((40, "Statement 2026/09")).gap()
    header, places = ("Date", "Description", "Withdrawal", "Deposit", "Balance"), FIVE
    rows = [
        ("2026/09/01", "Rent", "85,000", "", "415,000"),
        ("2026/09/10", "Fee", "330", "", "414,670"),
        ("2026/09/25", "Salary", "", "310,000", "724,670"),
    ]
    table(page, header, rows, places)
    found = [("2026-09-01", "-85000"), ("2026-09-10", "-330"), ("2026-09-25", "310000")]
    return page.content(), [found], [("500000", "724670")]


def american_card():
    """A period in one order of day and month only, payments and purchases in sections, days over New Year."""
    page = Printer().line((40, "VISA CREDIT CARD")).line((40, "Opening/Closing Date 12/10/25 - 01/09/26"))
    page.line((40, "Previous Balance"), (-300, "$500.00")).line((40, "New Balance"), (-300, "$80.00")).gap()
    header, places = ("Date of Transaction", "Merchant Name", "$ Amount"), (40, 150, -550)
    page.line((40, "PAYMENTS AND OTHER CREDITS"))
    table(page, header, [("12/28", "Payment Thank You", "-500.00")], places).gap()
    page.line((40, "PURCHASE"))
    table(page, header, [("12/15", "Bookshop", "30.00"), ("01/05", "Taxi", "50.00")], places)
    found = [("2025-12-15", "-30.00"), ("2025-12-28", "500.00"), ("2026-01-05", "-50.00")]
    return page.content(), [found], [("-500.00", "-80.00")]


def german_pages():
    """Letters for the direction behind the amount, descriptions over lines, the balance carried from page to page."""
    page = (
        Printer().line((40, "Kontoauszug 3/2026")).line((40, "Kontonummer 1234567890 erstellt am 31.03.2026"))
    )
    page.line((40, "alter Kontostand vom 27.02.2026"), (-550, "500,00 H")).gap()
    header, places = ("Bu-Tag", "Wert", "Vorgang", "Umsatz"), (40, 90, 140, -550)
    table(page, header, [("02.03.", "02.03.", "Basislastschrift", "45,99 S")], places)
    page.line((140, "Telefon GmbH")).line((140, "Rechnung 123 vom 28.02.2026"))
    page.line((140, "Übertrag auf Blatt 2"), (-550, "454,01 H")).page()
    page.line((140, "Übertrag von Blatt 1"), (-550, "454,01 H"))
    table(page, header, [("30.03.", "30.03.", "Gehalt", "2.000,00 H")], places)
    page.line((40, "neuer Kontostand vom 31.03.2026"), (-550, "2.454,01 H"))
    return page.content(), [[("2026-03-02", "-45.99"), ("2026-03-30", "2000.00")]], [("500.00", "2454.01")]


def swiss():
    """Apostrophes in thousands, a total of both columns, an opening line without a day."""
    page = (
        Printer()
        .line((40, "Kontoauszug 01.05.2026 - 31.05.2026 in CHF"))
        .line((40, "IBAN CH93 0076 2011 6238 5295 7"))
    )
    rows = [
        ("", "Saldovortrag", "", "", "12'000.00"),
        ("04.05.2026", "Miete", "1'850.00", "", "10'150.00"),
        ("25.05.2026", "Lohn", "", "6'200.50", "16'350.50"),
    ]
    table(page.gap(), ("Datum", "Buchungstext", "Belastung", "Gutschrift", "Saldo"), rows, FIVE)
    page.line((110, "Umsatztotal"), (-400, "1'850.00"), (-470, "6'200.50"))
    page.line((110, "Schlusssaldo"), (-550, "16'350.50"))
    return (
        page.content(),
        [[("2026-05-04", "-1850.00"), ("2026-05-25", "6200.50")]],
        [("12000.00", "16350.50")],
    )


LAYOUTS = {
    each.__name__: each
    for each in (
        british,
        german,
        french,
        american,
        indian,
        two_accounts,
        card,
        spanish,
        unsigned,
        yen,
        american_card,
        german_pages,
        swiss,
    )
}
