"""Errors go to a Sentry where its address is set, for real, to a server of this test: without a secret in them."""

import gzip
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import brotli
import pytest

from ledgerflow.core.sentry import SentryMissingError, report_to

ROOT = Path(__file__).resolve().parents[2]
_ERROR = """
import logging
def fail(password):
    local_canary = "canary-local" + password
    raise ValueError("postgresql://lf_app:canary-password@db/x")
try:
    fail("canary-argument")
except ValueError:
    logging.getLogger("ledgerflow.odd").exception("Unable: token=canary-token")
import sentry_sdk
sentry_sdk.flush(10)
"""

_UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent = _UNPACK[self.headers.get("Content-Encoding")](body)
        self.server.received.append(sent.decode())  # type: ignore[attr-defined]  # the server carries what it got
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_an_error_arrives_without_secrets_and_without_local_variables(tmp_path):
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    server.received = []  # type: ignore[attr-defined]  # the server carries what it got
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {
        "SENTRY_DSN": f"http://key@127.0.0.1:{server.server_port}/1",
        "LEDGERFLOW_DATA_DIR": str(tmp_path),
    }

    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", _ERROR],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    server.shutdown()

    sent = "".join(server.received)  # type: ignore[attr-defined]  # the server carries what it got
    assert "ValueError" in sent
    assert "lf_app:***@db" in sent
    assert "canary" not in sent.replace("local_canary", "").replace('canary-local\\" + password', "")


def test_without_the_package_the_start_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)

    with pytest.raises(SentryMissingError, match=r"ledgerflow\[sentry\]"):
        report_to("https://key@sentry.example.org/1")
