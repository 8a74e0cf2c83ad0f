"""Requests over the wire: what leaves, what is written down, and servers that mean no good."""

import gzip
import json
import os
import socket
import threading
import time
from types import SimpleNamespace

import httpx
import pytest

from ledgerflow.toolbox.guard import Guard
from ledgerflow.toolbox.http import (
    GuardedClient,
    RequestRefusedError,
    guard_for,
    guarded_transport,
)
from ledgerflow.toolbox.models import EgressRequest
from ledgerflow.toolbox.values import HttpRefusedError, HttpUnreachableError
from tests.toolbox.servers import drip, say_nothing, saying, serving

_BOMB = gzip.compress(bytes(200_000_000), compresslevel=9)


def _client(server, **facts):
    own = frozenset({server.origin})
    return GuardedClient(Guard(**{"purpose": "a test", "own_services": own, "seconds": 10, **facts}))


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ("/a%2Fb/%7Ename%20x;v=1/", "/a%2Fb/%7Ename%20x;v=1/"),
        ("/page?q=a%20b&flag&list=%5B1%5D", "/page?q=a%20b&flag&list=%5B1%5D"),
        ("/a%2Fb/DE89370400440532013000", "/a%2Fb/%5Baccount%5D"),
        ("/page?q=a%20b&card=4111111111111111&flag", "/page?q=a%20b&card=%5Bnumber%5D&flag"),
        ("/49301234567890/4930123456/?key=49301234567890", "/49301234567890/%5Bnumber%5D/?key=49301234567890"),
    ],
)  # fmt: skip
def test_nothing_changes_on_its_way_but_what_the_profile_takes_out(bench, sent, arrives):
    with serving(saying("200 OK")) as server:
        client = _client(server, secrets=("49301234567890",))
        client.request("GET", f"{server.origin}{sent}")

    assert server.requests[0].split(b" ")[1] == arrives.encode()


def test_a_secret_that_looks_like_a_number_arrives_in_a_body_too_and_stands_in_no_record(bench):
    secret = "49301234567890"
    with serving(saying("200 OK")) as server:
        client = _client(server, secrets=(secret,))
        client.request(
            "POST", f"{server.origin}/{secret}", json={"key": secret, "said": f"key {secret}, 4930123456"}
        )

    body = json.loads(server.requests[0].split(b"\r\n\r\n", 1)[1])
    assert body == {"key": secret, "said": f"key {secret}, [number]"}
    assert secret not in _last().sent + _last().url


def _last():
    return EgressRequest.objects.latest("pk")


def test_what_is_sent_is_redacted_and_written_down_as_it_was_sent(bench):
    with serving(saying("200 OK", b"found")) as server:
        client = _client(server, names=("Jane Doe",), secrets=("hidden-key-1",), book_id=bench.book.pk)
        response = client.request(
            "GET",
            f"{server.origin}/search/DE89370400440532013000",
            params={"q": "Jane Doe paid 1,234.50 to jane@example.org on 2026-01-31", "key": "hidden-key-1"},
            headers={"X-Token": "hidden-key-1", "Accept": "application/json"},
        )

    assert (response.status, response.text()) == (200, "found")
    sent = server.requests[0].decode()
    row = _last()
    for text in (sent, row.url):
        assert "DE89" not in text
        assert "Jane" not in text
        assert "1%2C234" not in text
        assert "2026-01-31" in text
    assert "hidden-key-1" in sent  # the server gets its key, in header and query
    assert "hidden-key-1" not in row.url + row.sent
    assert (row.status, row.host, row.address, row.redaction) == (200, "127.0.0.1", "127.0.0.1", "strict")
    assert (row.bytes_sent, row.book) == (len(sent), bench.book)
    assert row.bytes_received == client.bytes_received > len("found")
    assert row.duration_ms > 0


def test_a_body_is_redacted_within_its_json(bench):
    with serving(saying("200 OK", b"{}")) as server:
        body = {
            "account": "DE89 3704 0044 0532 0130 00",
            "number": 4111111111111111,
            "size": 20,
            "day": "2026-01-31",
        }
        _client(server).request("POST", f"{server.origin}/x", json=body)

    said = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert said == {"account": "[account]", "number": "[number]", "size": 20, "day": "2026-01-31"}
    assert json.dumps(said) in _last().sent


def test_the_profile_off_sends_what_it_is_given_to_an_own_service(bench):
    with serving(saying("200 OK", b"{}")) as server:
        _client(server, redaction="off").request(
            "POST", f"{server.origin}/x", json={"a": "DE89370400440532013000"}
        )

    assert b"DE89370400440532013000" in server.requests[0]
    assert "DE89370400440532013000" in _last().sent
    assert _last().redaction == "off"


def test_headers_of_the_frame_are_not_a_tools(bench):
    with serving(saying("200 OK")) as server:
        for headers in (
            {"Host": "elsewhere"}, {"Transfer-Encoding": "chunked"}, {"Content-Length": "0"}, {"X-A": "b\r\nX-C: d"},
            {"X A": "b"}, {"Connection": "upgrade"}, {"X-A": "é"},
        ):  # fmt: skip
            with pytest.raises(HttpRefusedError):
                _client(server).request("GET", server.origin, headers=headers)
            assert "header" in _last().refusal
        with pytest.raises(HttpRefusedError, match="Only GET and POST"):
            _client(server).request("DELETE", server.origin)

    assert server.requests == []


def test_what_is_refused_before_it_is_a_request_is_on_record_too(bench):
    secret = "hidden-key-1"
    with serving(saying("302 Found", b"", "Location: http://nowhere:port/")) as server:
        client = _client(server, secrets=(secret,), names=("Jane Doe",))
        telling = f"{server.origin}/Jane%20Doe/cb?access_token=abc-9&day=1#access_token=abc-9"
        wishes = {
            ("DELETE", f"{server.origin}/?key={secret}"): ("Only GET and POST", "127.0.0.1"),
            ("GET", "http://Jane Doe:port/"): ("no address of the web", ""),
            ("GET", "http://user:abc-9@host:port/?access_token=abc-9"): ("no address of the web", ""),
            ("DELETE", telling): ("Only GET and POST", "127.0.0.1"),
            ("DELETE", "https://user:abc-9@host/"): ("Only GET and POST", "host"),
            ("GET", f"{server.origin}/{'x' * 8_000}"): ("too long", "127.0.0.1"),
            ("GET", f"{server.origin}/leads on"): ("no address of the web", ""),
        }
        for (method, url), (sentence, host) in wishes.items():
            with pytest.raises(HttpRefusedError, match=sentence):
                client.request(method, url)
            row = _last()
            assert sentence in row.refusal
            assert (row.host, row.status, row.address, row.duration_ms is None) == (host, None, "", False)
            assert secret not in row.url + row.refusal
            assert "Jane" not in row.url
            assert "abc-9" not in row.url + row.refusal
            if url == telling:
                assert row.url.endswith("/%5Bname%5D/cb?access_token=***&day=1")

        assert len(server.requests) == 1  # the one that led to nonsense, which has a row of its own
    with serving(saying("302 Found", b"", "Location: /cb?access_token=abc-9")) as server:
        with pytest.raises(HttpRefusedError, match="on and on"):
            _client(server, redaction="off").request("GET", f"{server.origin}/cb")
        assert _last().url == "/cb?access_token=***"
        assert "abc-9" not in _last().refusal


def test_a_request_is_on_record_before_its_name_is_asked_for(bench, monkeypatch):
    class Canceled(BaseException):
        pass

    asked, told = threading.Event(), []

    def look_up(_host, _port):
        asked.set()
        time.sleep(2)
        return []

    def look():
        if asked.is_set():
            told.append((_last().host, _last().duration_ms))
            raise Canceled

    monkeypatch.setattr("ledgerflow.toolbox.wires.look_up", look_up)
    client = GuardedClient(Guard(purpose="a test", own_services=frozenset(), checkpoint=look))

    with pytest.raises(Canceled):
        client.request("GET", "http://slow.example/")

    assert told == [("slow.example", None)]
    assert (_last().host, _last().refusal) == ("slow.example", "It was ended while its name was looked up.")


def test_a_host_from_which_the_profile_would_take_something_is_not_looked_up(bench, monkeypatch):
    asked = []
    monkeypatch.setattr("ledgerflow.toolbox.wires.look_up", lambda host, _port: asked.append(host) or [])

    def tells(host, **facts):
        guard = Guard(purpose="a test", own_services=frozenset(), names=("Ottilie Querbach",), **facts)
        with pytest.raises(HttpRefusedError):
            GuardedClient(guard).request("GET", f"http://{host}/")
        return _last().refusal

    for host in ("de89370400440532013000.x.example", "4111111111111111.example", "mail.querbach.example"):
        assert "profile “strict” takes out" in tells(host)
    assert asked == []
    for host, facts in (("v1.22.example", {}), ("querbach.example", {"redaction": "names"})):
        assert tells(host, **facts) == f"“{host}” has no address."
    tells("203.0.113.10")
    assert asked == ["v1.22.example", "querbach.example", "203.0.113.10"]


def test_redirects_are_followed_five_times_each_written_down(bench):
    def answer(connection, request):
        step = int(request.split(b" ")[1].strip(b"/"))
        saying("302 Found", b"", f"Location: /{step + 1}")(connection, request)

    with serving(answer) as server:
        before = EgressRequest.objects.count()
        with pytest.raises(HttpRefusedError, match="on and on"):
            _client(server).request("GET", f"{server.origin}/1")

    assert len(server.requests) == 6
    assert EgressRequest.objects.count() - before == 7  # the one that was not made is on record as well
    assert (_last().url, _last().status) == ("/7", None)


def test_keys_and_bodies_do_not_go_along_to_another_place(bench):
    with serving(saying("200 OK", b"elsewhere")) as other:
        moved = [f"Location: http://localhost:{other.port}/moved"]
        with (
            serving(saying("302 Found", b"", *moved)) as server,
            serving(saying("307 Moved", b"", *moved)) as keeping,
        ):
            own = {server.origin, keeping.origin}
            client = _client(server, own_services=frozenset(own))
            # Into an own service nothing leads, so the request is looked at on its way there.
            with pytest.raises(HttpRefusedError):
                client.request("GET", f"{server.origin}/x", headers={"Authorization": "Bearer hidden"})
            with pytest.raises(HttpRefusedError, match="passes on"):
                client.request("POST", f"{keeping.origin}/x", json={"a": 1})

    assert "hidden" not in _last().sent
    assert other.requests == []


def _drip_head(connection, _request):
    while True:
        connection.sendall(b"H")
        time.sleep(0.1)


def _flood_headers(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Flood: " + b"x" * 1000 + b"\r\n")


def _flood(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def _garbage(connection, _request):
    connection.sendall(os.urandom(4096))


def _leave(connection, _request):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


_SERVERS = {
    "drips its body": (drip, HttpUnreachableError, "in time"),
    "drips its head": (_drip_head, HttpUnreachableError, "answer"),
    "says nothing": (say_nothing, HttpUnreachableError, "in time"),
    "floods with headers": (_flood_headers, HttpUnreachableError, "no proper answer"),
    "floods with bytes": (_flood, HttpRefusedError, "larger than 10 MB"),
    "says that it is huge": (saying("200 OK", b"x" * 11_000_000), HttpRefusedError, "larger than 10 MB"),
    "sends a bomb": (saying("200 OK", _BOMB, "Content-Encoding: gzip"), HttpRefusedError, "larger than 10 MB"),
    "sends a bomb in a bomb": (
        saying("200 OK", gzip.compress(_BOMB), "Content-Encoding: gzip, gzip"), HttpRefusedError, "packed"),
    "packs in another way": (saying("200 OK", b"x", "Content-Encoding: br"), HttpRefusedError, "packed"),
    "packs badly": (saying("200 OK", b"no gzip", "Content-Encoding: gzip"), HttpUnreachableError, "packed badly"),
    "talks garbage": (_garbage, HttpUnreachableError, "no proper answer"),
    "leaves in the middle": (_leave, HttpUnreachableError, "no proper answer"),
    "hangs up": (lambda *_: None, HttpUnreachableError, "no proper answer"),
}  # fmt: skip


@pytest.mark.parametrize("kind", _SERVERS)
def test_a_server_that_means_no_good_is_left_in_time(bench, kind):
    answer, error, sentence = _SERVERS[kind]
    with serving(answer) as server:
        began = time.monotonic()
        with pytest.raises(error, match=sentence):
            _client(server, seconds=1.5).request("GET", f"{server.origin}/x")

    assert time.monotonic() - began < 10
    row = _last()
    assert sentence in row.refusal or row.status == 200
    assert row.duration_ms is not None
    assert row.bytes_received < 14_000_000


def test_gzip_is_unpacked(bench):
    with serving(saying("200 OK", gzip.compress(b"found it"), "Content-Encoding: gzip")) as server:
        response = _client(server).request("GET", server.origin)

    assert response.body == b"found it"
    assert "content-encoding" not in response.headers


def test_a_port_where_nobody_listens_is_unreachable(bench):
    with socket.socket() as held:  # bound, so that no other test gets it, and not listening
        held.bind(("127.0.0.1", 0))
        nobody = SimpleNamespace(origin=f"http://127.0.0.1:{held.getsockname()[1]}")
        with pytest.raises(HttpUnreachableError, match="no proper answer"):
            _client(nobody).request("GET", nobody.origin)


def test_the_transport_serves_httpx_for_others(bench, settings):
    def answer(connection, request):
        saying("200 OK", b'{"ok": true}', "Content-Type: application/json")(connection, request)

    with serving(answer) as server:
        settings.OWN_SERVICES = (server.origin,)
        guard = guard_for(purpose="the agent asks its model", book=bench.book, user=bench.user, redacts=False)
        text = {"model": "model-20241022", "prompt": "paid 12.50"}
        with httpx.Client(transport=guarded_transport(guard)) as client:
            said = client.post(
                f"{server.origin}/v1/chat", json=text, headers={"Authorization": "Bearer hidden-key"}
            )
        with httpx.Client(transport=guarded_transport(guard)) as client, pytest.raises(RequestRefusedError):
            client.get("http://127.0.0.1:1/")

    assert said.json() == {"ok": True}
    assert b"model-20241022" in server.requests[0]
    row = EgressRequest.objects.exclude(status=None).latest("pk")
    assert (row.purpose, row.asked_by, row.run) == ("the agent asks its model", bench.user, None)
    assert "hidden-key" not in EgressRequest.objects.filter(purpose=row.purpose).earliest("pk").sent
