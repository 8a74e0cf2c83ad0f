"""A small business anywhere: the accounts that most books need, without a tax form behind them."""

from ledgerflow.ledger.charts.template import EVERY_BALANCE_SHEET, Chart, ChartAccount, in_order
from ledgerflow.ledger.models import AccountRole, AccountType

_ASSET, _EQUITY = AccountType.ASSET, AccountType.EQUITY
_INCOME, _EXPENSE = AccountType.INCOME, AccountType.EXPENSE

CHART = Chart(
    name="generic",
    title="Small business",
    summary="A short chart of accounts without a tax form behind it.",
    accounts=in_order(
        *EVERY_BALANCE_SHEET,
        ChartAccount("1500", "Equipment", _ASSET),
        ChartAccount("3000", "Retained earnings", _EQUITY, AccountRole.RETAINED),
        ChartAccount("4000", "Sales", _INCOME),
        ChartAccount("4100", "Returns and allowances", _INCOME),
        ChartAccount("4800", "Interest income", _INCOME),
        ChartAccount("4900", "Other income", _INCOME),
        ChartAccount("4950", "Exchange gains and losses", _INCOME, AccountRole.EXCHANGE),
        ChartAccount("5000", "Cost of goods sold", _EXPENSE),
        ChartAccount("6010", "Advertising", _EXPENSE),
        ChartAccount("6020", "Bank charges", _EXPENSE),
        ChartAccount("6030", "Contractors", _EXPENSE),
        ChartAccount("6040", "Depreciation", _EXPENSE),
        ChartAccount("6050", "Insurance", _EXPENSE),
        ChartAccount("6060", "Interest expense", _EXPENSE),
        ChartAccount("6070", "Meals", _EXPENSE),
        ChartAccount("6080", "Office expense", _EXPENSE),
        ChartAccount("6090", "Professional services", _EXPENSE),
        ChartAccount("6100", "Rent", _EXPENSE),
        ChartAccount("6110", "Repairs and maintenance", _EXPENSE),
        ChartAccount("6120", "Software and subscriptions", _EXPENSE),
        ChartAccount("6130", "Supplies", _EXPENSE),
        ChartAccount("6140", "Taxes and licenses", _EXPENSE),
        ChartAccount("6150", "Telephone and internet", _EXPENSE),
        ChartAccount("6160", "Travel", _EXPENSE),
        ChartAccount("6170", "Utilities", _EXPENSE),
        ChartAccount("6180", "Vehicles", _EXPENSE),
        ChartAccount("6190", "Wages", _EXPENSE),
        ChartAccount("6390", "Other expenses", _EXPENSE),
    ),
)
