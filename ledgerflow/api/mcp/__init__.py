"""The MCP server: the same questions as REST, and writes that only stage. Needs the extra ``ledgerflow[mcp]``."""
