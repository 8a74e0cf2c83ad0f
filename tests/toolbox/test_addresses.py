"""Nothing leads to a private address, whatever it is called."""

import contextlib

import pytest

from ledgerflow.toolbox import http, wires
from ledgerflow.toolbox.addresses import is_public, origin_of
from ledgerflow.toolbox.guard import Guard
from ledgerflow.toolbox.http import GuardedClient
from ledgerflow.toolbox.models import EgressRequest
from ledgerflow.toolbox.values import HttpRefusedError, HttpUnreachableError
from tests.toolbox.servers import saying, serving

#: Addresses that lead, or might lead, to the server of the test, which listens on PORT of loopback.
_PAYLOADS = [
    "http://127.0.0.1/",
    "http://127.0.0.1:PORT/",
    "https://127.0.0.1:PORT/",
    "http://localhost:PORT/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://0.0.0.0/",
    "http://0/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1.:80/",
    "http://[::1]/",
    "http://[::1]:PORT/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://100.100.100.200/latest/meta-data/",
    "http://192.168.0.1/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://100.64.0.1/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://168.63.129.16/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http://user@127.0.0.1:PORT/",
    "http://example.org@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@example.org/",
    "http://example.org:80@localhost:PORT/",
    "http://example.org#@127.0.0.1:PORT/",
    "http://example.org:PORT/",
    "http://example.org:22/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://ⓛocalhost/",
    "http://xn--/",
    "http://exa mple.org/",
    "http://example.org\r\nHost: localhost/",
    "http:///",
    "http://",
    "//127.0.0.1/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:PORT/_GET",
    "unix:///run/postgresql",
    "javascript:alert(1)",
    "data:text/plain,x",
    "",
    "http://" + "a" * 300 + ".org/",
    "http://example.org/" + "a" * 10_000,
]


def _client(**facts):
    return GuardedClient(Guard(**{"purpose": "a test", "own_services": frozenset(), "seconds": 10, **facts}))


def _answers(client, payload, port):
    try:
        client.request("GET", payload.replace("PORT", str(port)))
    except (HttpRefusedError, HttpUnreachableError):
        return False
    return True


@pytest.fixture
def names(monkeypatch):
    """What names stand for in this test; numbers stand for themselves, as with any resolver."""
    known = {"localhost": ["127.0.0.1", "::1"], "localhost.": ["127.0.0.1"]}
    look_up = wires.look_up

    def resolve(host, port):
        if host in known:
            found = known[host]
            return found.pop(0) if found and isinstance(found[0], list) else found
        if host.replace(".", "").isalpha():
            raise OSError("no such name")
        return look_up(host, port)

    monkeypatch.setattr(wires, "look_up", resolve)
    return known


def test_no_form_of_a_private_address_is_connected_to(bench, names):
    names |= {"example.org": ["127.0.0.1"], "example.org.": ["127.0.0.1"]}
    client = _client()
    with serving(saying("200 OK", b"inside")) as server:
        let_through = [payload for payload in _PAYLOADS if _answers(client, payload, server.port)]

    assert let_through == []
    assert server.requests == []
    assert len(_PAYLOADS) >= 30
    assert (client.bytes_sent, client.bytes_received) == (0, 0)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["10.1.2.3"], ["::1"], ["2606:2800:220:1::1", "fe80::1"],
        ["::ffff:127.0.0.1"], ["64:ff9b::a00:1"], ["2002:a00:1::1"], ["fe80::1%eth0"], [],
    ],
)  # fmt: skip
def test_a_name_with_any_private_address_is_refused_and_written_down(bench, names, addresses):
    names["rebound.example"] = addresses

    with pytest.raises(HttpRefusedError, match="no address"):
        _client().request("GET", "http://rebound.example/page?q=1")

    row = EgressRequest.objects.latest("pk")
    assert (row.host, row.method, row.url) == ("rebound.example", "GET", "http://rebound.example/page?q=1")
    assert "no address" in row.refusal
    assert (row.status, row.bytes_sent, row.address) == (None, 0, "")


def test_a_name_is_looked_up_once_and_connected_at_that_very_address(bench, names, monkeypatch):
    """A name that leads elsewhere the second time it is asked for."""
    with serving(saying("200 OK", b"inside")) as server:
        names["twice.example"] = [["93.184.216.34"], ["127.0.0.1"]]
        asked = []

        def connected(_wires, address, *_):
            asked.append(address)
            raise ZeroDivisionError

        monkeypatch.setattr(wires.Wires, "_connected", connected)

        with pytest.raises(ZeroDivisionError):
            _client().request("GET", "http://twice.example/")

        assert asked == ["93.184.216.34"]
        assert server.requests == []
    row = EgressRequest.objects.latest("pk")
    assert (row.address, row.refusal) == ("93.184.216.34", "It was ended before an answer came.")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:OTHER/", "http://localhost:OTHER/", "http://[::1]:OTHER/", "//127.0.0.1:OTHER/",
        "http://169.254.169.254/latest/meta-data/", "http://2130706433:OTHER/", "file:///etc/passwd",
        "http://user@127.0.0.1:OTHER/", "gopher://127.0.0.1:OTHER/",
    ],
)  # fmt: skip
def test_a_redirect_to_a_private_address_is_refused(bench, location):
    with contextlib.ExitStack() as servers:
        inside = servers.enter_context(serving(saying("200 OK", b"inside")))
        where = location.replace("OTHER", str(inside.port))
        outside = servers.enter_context(serving(saying("302 Found", b"", f"Location: {where}")))
        with pytest.raises(HttpRefusedError):
            _client(own_services=frozenset({outside.origin})).request("GET", f"{outside.origin}/start")

    assert len(outside.requests) == 1
    assert inside.requests == []


def test_a_redirect_into_another_own_service_is_refused(bench):
    with serving(saying("200 OK", b"inside")) as inside:
        with serving(saying("302 Found", b"", f"Location: {inside.origin}/admin")) as outside:
            own = frozenset({outside.origin, inside.origin})
            with pytest.raises(HttpRefusedError, match="leads on to"):
                _client(own_services=own).request("GET", f"{outside.origin}/start")

        assert inside.requests == []


def test_nobody_outside_leads_back_into_the_own_service_that_led_there(bench, monkeypatch):
    # Outside is a place that is admitted and no own service; on this machine every address is private.
    monkeypatch.setattr(http, "check_url", lambda url, own: origin_of(url) in own)
    monkeypatch.setattr(http, "check_addresses", lambda _host, _addresses: None)
    home = []

    def lead_back(connection, request):
        saying("302 Found", b"", f"Location: {home[0]}/admin")(connection, request)

    with serving(lead_back) as outside:
        with serving(saying("302 Found", b"", f"Location: {outside.origin}/")) as inside:
            home.append(inside.origin)
            with pytest.raises(HttpRefusedError, match=r"leads on to .*, a service of the installation"):
                _client(own_services=frozenset({inside.origin})).request("GET", f"{inside.origin}/start")

        assert len(inside.requests) == len(outside.requests) == 1


def test_an_own_service_is_reached_by_scheme_host_and_port_alone(bench):
    with serving(saying("200 OK", b"mine")) as mine, serving(saying("200 OK")) as other:
        client = _client(own_services=frozenset({mine.origin}))

        assert client.request("GET", f"{mine.origin}/x").body == b"mine"
        for near in (
            other.origin,
            mine.origin.replace("127.0.0.1", "127.0.0.2"),
            mine.origin.replace("http", "https"),
        ):
            with pytest.raises(HttpRefusedError):
                client.request("GET", f"{near}/x")
        assert other.requests == []


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


def test_without_redaction_nothing_leaves_for_elsewhere(bench, names):
    names["example.org"] = ["93.184.216.34"]
    with pytest.raises(HttpRefusedError, match="Without redaction"):
        _client(redaction="off").request("GET", "http://example.org/")
