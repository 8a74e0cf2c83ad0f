"""The official MCP client, against the real command and the real web server, for tests that are not async."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.workers import database_address

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 60


def _environment(data_dir: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_address("default"),
        "DATABASE_OWNER_URL": database_address("owner"),
        "LEDGERFLOW_DATA_DIR": data_dir,
        "PYTHONPATH": str(ROOT),
    }


def command(data_dir: Path, *arguments: str) -> StdioServerParameters:
    """Return how a client starts ``ledgerflow mcp``."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "ledgerflow.cli", "mcp", *arguments],
        env=_environment(str(data_dir)),
        cwd=str(ROOT),
    )


@contextmanager
def web_server(data_dir: Path) -> Iterator[str]:
    """Run gunicorn as ``ledgerflow up`` does, on the test's database; yields its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}",
         "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"],
        env=_environment(str(data_dir)),
        cwd=ROOT,
    )  # fmt: skip
    try:
        _wait_for(f"{address}/healthz", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=_PATIENCE_SECONDS)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the web server ended"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def over_stdio(
    work: Callable[[Client], Awaitable[Any]], data_dir: Path, *arguments: str, mode: str = "auto"
) -> Any:
    """Let a client that starts the command do the work."""

    async def run() -> Any:
        async with Client(command(data_dir, *arguments), mode=mode) as client:
            return await work(client)

    return asyncio.run(run())


def over_http(
    work: Callable[[Client], Awaitable[Any]], address: str, secret: str, mode: str = "auto", **headers: str
) -> Any:
    """Let a client that has a token do the work."""

    async def run() -> Any:
        sent = {"Authorization": f"Bearer {secret}", **headers}
        async with httpx2.AsyncClient(headers=sent, timeout=30) as http_client:
            transport = streamable_http_client(f"{address}/mcp", http_client=http_client)
            async with Client(transport, mode=mode) as client:
                return await work(client)

    return asyncio.run(run())


def calls(name: str, **arguments: Any) -> Callable[[Client], Awaitable[Any]]:
    """Return the work that calls one tool."""

    async def work(client: Client) -> Any:
        return await client.call_tool(name, arguments)

    return work


async def names(client: Client) -> set[str]:
    """List what is offered."""
    return {tool.name for tool in (await client.list_tools()).tools}
