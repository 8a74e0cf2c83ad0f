"""The tool packages that come with LedgerFlow: who installs it trusts them as much as the rest of it."""

#: Written here, because what a package says of itself is no ground to trust it.
BUILT_IN = frozenset(
    {
        "camt_statement",
        "csv_statement",
        "exchange_rates",
        "mcp_bridge",
        "mt940_statement",
        "ofx_statement",
        "payee_lookup",
        "pdf_statement",
        "qif_statement",
        "receipt_reader",
        "search_tool",
        "xlsx_statement",
    }
)
