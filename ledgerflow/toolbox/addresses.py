"""Where a request may go: which URLs, and which network addresses behind their names. Pure: no Django, no network."""

import ipaddress
import re
from collections.abc import Collection, Iterable

import httpx

from ledgerflow.core.redaction import redacted

_PORTS = {"http": 80, "https": 443}
_OPEN_PORTS = frozenset(_PORTS.values())
LONGEST_URL = 8_000
_SHOWN = 200
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
#: A last label that only a number can have; a name's is a word. Resolvers read such "names" as numbers of all kinds.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.ASCII)

#: What some version of Python calls global although it leads elsewhere (IANA's special-purpose registries).
_LEADS_ELSEWHERE = tuple(
    ipaddress.ip_network(each)
    for each in (
        "168.63.129.16/32",  # a cloud's own services to its machines
        "192.0.0.0/24",  # protocol assignments; metadata of a cloud among them
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments; Teredo among them
        "64:ff9b::/96",  # NAT64: an IPv4 address inside
        "64:ff9b:1::/48",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
#: All of IPv6 that is given out to the world.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")


class AddressRefusedError(Exception):
    """The request may not go there; the message is a sentence that says why."""


def origin_of(url: httpx.URL) -> str:
    """Return scheme, host and port of the URL, the port always in figures."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host.lower()}:{url.port or _PORTS.get(url.scheme, 0)}"


def origins_of(services: Iterable[str]) -> frozenset[str]:
    """Return the origins of the addresses of own services."""
    return frozenset(origin_of(httpx.URL(service)) for service in services)


def read_url(text: str) -> httpx.URL:
    """Return the URL.

    :raises AddressRefusedError: it is none.
    """
    if len(text) > LONGEST_URL:
        raise AddressRefusedError(f"An address of {len(text):,} characters is too long.")
    try:
        url = httpx.URL(text)
        _ = url.host, url.port
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        raise AddressRefusedError(f"“{redacted(text)[:_SHOWN]}” is no address of the web.") from None
    return url


def check_url(url: httpx.URL, own_services: Collection[str]) -> bool:
    """Hold the URL against the rules; whether it is an own service, whose address may be private.

    :raises AddressRefusedError: another scheme or port, a user name, or a host that is no proper name or number.
    """
    if url.scheme not in _PORTS:
        raise AddressRefusedError(f"Only http and https are spoken, not “{url.scheme[:_SHOWN]}”.")
    if url.userinfo:
        raise AddressRefusedError("An address with a user name in it goes nowhere: it misleads its reader.")
    if not url.host:
        raise AddressRefusedError("The address names no host.")
    if origin_of(url) in own_services:
        return True
    port = url.port or _PORTS[url.scheme]
    if port not in _OPEN_PORTS:
        raise AddressRefusedError(
            f"Port {port} is closed: only 80 and 443 are open, but for the installation's own services "
            "(LEDGERFLOW_OWN_SERVICES)."
        )
    _check_host(url.raw_host.decode("ascii", "replace").lower())
    return False


def check_addresses(host: str, addresses: Collection[str]) -> None:
    """Refuse unless every address behind the name is one of the public internet.

    :raises AddressRefusedError: one is not, or there is none.
    """
    if not addresses:
        raise AddressRefusedError(f"“{host}” has no address.")
    for address in addresses:
        if not is_public(address):
            raise AddressRefusedError(
                f"“{host}” leads to {address}, which is no address of the public internet. A service of the "
                "installation must be named in LEDGERFLOW_OWN_SERVICES."
            )


def is_public(address: str) -> bool:
    """Whether the network address is one of the public internet, and no way around that question."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # with a zone, say
        return False
    if any(found in network for network in _LEADS_ELSEWHERE if network.version == found.version):
        return False
    if found.version == 6 and found not in _GIVEN_OUT:
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def is_number(host: str) -> bool:
    """Whether the host is a network address itself, and no name of one."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _check_host(host: str) -> None:
    if is_number(host):
        return
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        raise AddressRefusedError(f"“{host[:_SHOWN]}” is a number in disguise, not a host.")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefusedError(f"“{host[:_SHOWN]}” is no name of a host.")
