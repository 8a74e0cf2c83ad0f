"""Real MCP servers, built with the official library, on this machine."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn
from mcp.server.mcpserver import MCPServer
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tools._shared.tests.http import PlainHttp
from tools.contract import Context
from tools.mcp_bridge import list_tools

TOKEN = "let me in"


class Guarded:
    """Lets in who has the token, and remembers which tools were called."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and Request(scope).headers.get("authorization") != f"Bearer {TOKEN}":
            await PlainTextResponse("Unauthorized", status_code=401)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def shop(called: list[str], *, description: str = "Return the price of a thing.") -> MCPServer:
    """A server with a few tools; it notes what was called."""
    server = MCPServer("shop", version="1.2.3")

    @server.tool(description=description)
    def price(thing: str, count: int = 1) -> dict[str, str]:
        called.append(f"price {thing}")
        return {"thing": thing, "price": f"{count * 3}.50"}

    @server.tool()
    def note(text: str) -> str:
        """Keep a note."""
        called.append(f"note {text}")
        return f"kept\x00 \x1b[31m{text}"

    @server.tool()
    def broken() -> str:
        """Fail."""
        called.append("broken")
        message = "no stock\x07 today"
        raise ValueError(message)

    return server


def become(server: MCPServer, *, description: str) -> None:
    """Let the price say something else of itself from now on."""
    (price,) = [tool for tool in server._tool_manager.list_tools() if tool.name == "price"]
    server.remove_tool("price")
    server.add_tool(price.fn, name="price", description=description)


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Yield the address of the application."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextmanager
def running(
    server: MCPServer, *, guard: Callable[[ASGIApp], ASGIApp] | None = None, **how: bool
) -> Iterator[str]:
    """Yield the address at which the server speaks streamable HTTP."""
    app = server.streamable_http_app(**how)
    with serving(guard(app) if guard else app) as address:
        yield address


def context_for(address: str, **more: object) -> Context:
    server = {"name": "shop", "url": address, **more}
    return Context(configuration={"servers": [server], "secret_2": TOKEN}, http=PlainHttp())


def agreed(context: Context, *names: str) -> dict[str, str]:
    """The fingerprints of the tools as they are now."""
    offered = {tool.name: tool.fingerprint for tool in list_tools("shop", context).tools}
    return {name: offered[name] for name in names}
