"""The MCP server on standard input and output, for a client that starts it as its own process."""

import asyncio
from collections.abc import Callable

from django.db import close_old_connections
from mcp.server.stdio import stdio_server

from ledgerflow.api.access import Caller
from ledgerflow.api.mcp.server import server_for


def serve(who: Callable[[], Caller]) -> None:
    """Answer until the client closes standard input; nothing but messages is written to standard output."""

    def fresh() -> Caller:
        # As between two requests: a connection that broke meanwhile is not used again.
        close_old_connections()
        return who()

    asyncio.run(_serve(fresh))


async def _serve(who: Callable[[], Caller]) -> None:
    server = server_for(who)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
