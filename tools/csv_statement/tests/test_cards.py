"""Cards whose statements print purchases positive, and accounts that only look like them."""

import pytest

from tools.contract import StatementRefusedError
from tools.csv_statement import read_statement

AMERICAN = """Trans. Date,Post Date,Description,Amount,Category
01/13/2026,01/14/2026,"HARBOR GROCERS",45.10,"Supermarkets"
01/15/2026,01/15/2026,"SUNSET FUEL",30.00,"Gasoline"
01/20/2026,01/20/2026,"DIRECTPAY FULL BALANCE",-200.00,"Payments and Credits"
01/22/2026,01/22/2026,"CORNER CAFE",5.25,"Restaurants"
"""
TITANIUM = """Transaction Date,Clearing Date,Description,Merchant,Category,Type,Amount (USD),Purchased By
01/13/2026,01/14/2026,"HARBOR GROCERS 12","Harbor Grocers","Grocery","Purchase","45.10","Ada Long"
01/15/2026,01/16/2026,"SUNSET FUEL","Sunset Fuel","Gas","Purchase","30.00","Ada Long"
01/20/2026,01/21/2026,"ACH DEPOSIT INTERNET TRANSFER","Ach Deposit","Payment","Payment","-200.00","Ada Long"
"""
BRITISH = """Date,Description,Amount
13/01/2026,HARBOUR GROCERS,45.10
15/01/2026,SUNSET FUEL,30.00
20/01/2026,PAYMENT RECEIVED - THANK YOU,-200.00
"""
GERMAN = """Datum,Beschreibung,Karteninhaber,Konto #,Betrag
13.01.2026,HAFENMARKT,ADA LANG,-91001,"45,10"
15.01.2026,TANKSTELLE SUED,ADA LANG,-91001,"30,00"
20.01.2026,ZAHLUNG/ÜBERWEISUNG ERHALTEN BESTEN DANK,ADA LANG,-91001,"-200,00"
"""
BRAZILIAN = """date,category,title,amount
2026-01-13,supermercado,Mercado Azul,45.10
2026-01-15,transporte,Posto Sol,30.00
2026-01-20,payment,Pagamento recebido,-200.00
"""


@pytest.mark.parametrize("text", [AMERICAN, TITANIUM, BRITISH, GERMAN, BRAZILIAN])
def test_purchases_that_stand_positive_it_reads_as_money_out(text):
    reading = read_statement(text.encode(), "activity.csv")

    (statement,) = reading.statements
    assert [str(line.amount) for line in statement.lines[:3]] == ["-45.10", "-30.00", "200.00"]
    assert statement.kind == "card"
    assert any("read as money out" in each for each in reading.warnings)


@pytest.mark.parametrize("negative", ["Payment,-99.00", "B,-30.00"])
def test_it_refuses_rows_that_may_be_a_cards_or_an_accounts(negative):
    rows = ["2026-01-13,A,45.10", "2026-01-15,B,30.00", "2026-01-16,C,7.00", f"2026-01-20,{negative}"]
    text = "\n".join(["Date,Description,Amount", *rows])

    with pytest.raises(StatementRefusedError, match="reads like a card's"):
        read_statement(text.encode(), "activity.csv")


@pytest.mark.parametrize(
    "rows",
    [
        ("Invoice 1,450.10", "Invoice 2,30.00", "Invoice 3,7.00", "Payment to Harbor Rent,-99.00"),
        ("Invoice 1,450.10", "Credit of interest,30.00", "Invoice 3,7.00", "Payment,-99.00"),
        ("Dues of A,45.10", "Dues of B,30.00", "Dues of C,7.00", "Rechnung 7 vielen Dank,-99.00"),
        ("Salary,4500.10", "Harbor Grocers,-30.00", "Card autopay,-7.00", "Thank you payment,-99.00"),
        ("Payment received,450.10", "Payment received,30.00", "Invoice 3,7.00", "Refund,-99.00"),
    ],
)
def test_an_account_into_which_more_is_paid_keeps_its_signs(rows):
    text = "Date,Description,Amount\n" + "".join(f"2026-01-{at + 13},{row}\n" for at, row in enumerate(rows))

    (statement,) = read_statement(text.encode(), "activity.csv").statements

    assert [str(line.amount) for line in statement.lines] == [row.rpartition(",")[2] for row in rows]
    assert statement.kind == "bank"
