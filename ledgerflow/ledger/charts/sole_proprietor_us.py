"""A sole proprietor in the United States: each income and expense account is a line of Schedule C.

Lines and their wording follow the IRS form *Schedule C (Form 1040) 2025, Profit or Loss From Business*, Part I
(income) and Part II (expenses). Lines 3, 5, 7, 28 and 29 are sums, so no account stands for them; line 30, business
use of the home, is worked out on a form of its own. Parking fees and tolls stand apart because they count beside the
standard mileage rate, entertainment because it is never deducted. Exchange differences have no line: what was only
valued is not taxed, so a person says what of them was realized.
"""

from ledgerflow.ledger.charts.template import EVERY_BALANCE_SHEET, Chart, ChartAccount, in_order
from ledgerflow.ledger.models import AccountRole, AccountType

_ASSET, _EQUITY = AccountType.ASSET, AccountType.EQUITY
_INCOME, _EXPENSE = AccountType.INCOME, AccountType.EXPENSE

CHART = Chart(
    name="sole_proprietor_us",
    title="US sole proprietor",
    summary="Income and expense accounts follow the lines of Schedule C (Form 1040).",
    closes_drawings=True,
    accounts=in_order(
        *EVERY_BALANCE_SHEET,
        ChartAccount("1500", "Equipment and vehicles", _ASSET),
        ChartAccount("3000", "Owner's equity", _EQUITY, AccountRole.RETAINED),
        ChartAccount("3210", "Estimated tax payments", _EQUITY),
        ChartAccount("4000", "Gross receipts or sales", _INCOME, tax_line="schedule-c:1"),
        ChartAccount("4100", "Returns and allowances", _INCOME, tax_line="schedule-c:2"),
        ChartAccount("4900", "Other income", _INCOME, tax_line="schedule-c:6"),
        ChartAccount("4910", "Interest income", _INCOME, tax_line="schedule-b:1"),
        ChartAccount("4950", "Exchange gains and losses", _INCOME, AccountRole.EXCHANGE),
        ChartAccount("5000", "Cost of goods sold", _EXPENSE, tax_line="schedule-c:4"),
        ChartAccount("6010", "Advertising", _EXPENSE, tax_line="schedule-c:8"),
        ChartAccount("6020", "Car and truck expenses", _EXPENSE, tax_line="schedule-c:9"),
        ChartAccount("6025", "Parking fees and tolls", _EXPENSE, tax_line="schedule-c:9-tolls"),
        ChartAccount("6030", "Commissions and fees", _EXPENSE, tax_line="schedule-c:10"),
        ChartAccount("6040", "Contract labor", _EXPENSE, tax_line="schedule-c:11"),
        ChartAccount("6050", "Depletion", _EXPENSE, tax_line="schedule-c:12"),
        ChartAccount("6060", "Depreciation and section 179", _EXPENSE, tax_line="schedule-c:13"),
        ChartAccount("6070", "Employee benefit programs", _EXPENSE, tax_line="schedule-c:14"),
        ChartAccount("6080", "Insurance (other than health)", _EXPENSE, tax_line="schedule-c:15"),
        ChartAccount("6090", "Mortgage interest (paid to banks)", _EXPENSE, tax_line="schedule-c:16a"),
        ChartAccount("6100", "Other interest", _EXPENSE, tax_line="schedule-c:16b"),
        ChartAccount("6110", "Legal and professional services", _EXPENSE, tax_line="schedule-c:17"),
        ChartAccount("6120", "Office expense", _EXPENSE, tax_line="schedule-c:18"),
        ChartAccount("6130", "Pension and profit-sharing plans", _EXPENSE, tax_line="schedule-c:19"),
        ChartAccount("6140", "Rent: vehicles and equipment", _EXPENSE, tax_line="schedule-c:20a"),
        ChartAccount("6150", "Rent: other business property", _EXPENSE, tax_line="schedule-c:20b"),
        ChartAccount("6160", "Repairs and maintenance", _EXPENSE, tax_line="schedule-c:21"),
        ChartAccount("6170", "Supplies", _EXPENSE, tax_line="schedule-c:22"),
        ChartAccount("6180", "Taxes and licenses", _EXPENSE, tax_line="schedule-c:23"),
        ChartAccount("6190", "Travel", _EXPENSE, tax_line="schedule-c:24a"),
        ChartAccount("6200", "Deductible meals", _EXPENSE, tax_line="schedule-c:24b"),
        ChartAccount("6205", "Entertainment (not deductible)", _EXPENSE, tax_line="schedule-c:entertainment"),
        ChartAccount("6210", "Utilities", _EXPENSE, tax_line="schedule-c:25"),
        ChartAccount("6220", "Wages", _EXPENSE, tax_line="schedule-c:26"),
        ChartAccount("6230", "Energy efficient buildings deduction", _EXPENSE, tax_line="schedule-c:27a"),
        ChartAccount("6300", "Bank charges", _EXPENSE, tax_line="schedule-c:27b"),
        ChartAccount("6310", "Software and subscriptions", _EXPENSE, tax_line="schedule-c:27b"),
        ChartAccount("6320", "Telephone and internet", _EXPENSE, tax_line="schedule-c:27b"),
        ChartAccount("6390", "Other expenses", _EXPENSE, tax_line="schedule-c:27b"),
    ),
)
