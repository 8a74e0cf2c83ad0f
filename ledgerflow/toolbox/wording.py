"""What a tool may do, in plain words, from its manifest. Pure: no Django, no database."""

from collections.abc import Iterator, Mapping
from typing import Any

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024


def permissions_in_words(manifest: Mapping[str, Any], *, network_is_closed: bool) -> list[str]:
    """Return what the tool may do and how much of everything, each a sentence.

    ``network_is_closed`` where the kernel keeps the processes of tools from the network.
    """
    return list(_sentences(manifest, network_is_closed=network_is_closed))


def reach_in_words(manifest: Mapping[str, Any]) -> str:
    """Return in a few words what the tool reaches, for a row of a list."""
    permissions = manifest["permissions"]
    words = []
    if permissions["network"]:
        words.append("uses the network")
    if permissions["writes"]:
        words.append("changes something elsewhere")
    if manifest["needs"]:
        words.append(f"calls {', '.join(manifest['needs'])}")
    return "; ".join(words) or "only computes"


def _sentences(manifest: Mapping[str, Any], *, network_is_closed: bool) -> Iterator[str]:
    permissions = manifest["permissions"]
    if permissions["network"]:
        yield (
            "It may ask for pages on the network, through LedgerFlow: private addresses are refused unless the "
            "settings of the installation and of the tool name them, and every request is on record."
        )
    else:
        yield "It asks for no network, and LedgerFlow fetches nothing for it."
    yield (
        "Its process has no network of its own: the kernel closes it."
        if network_is_closed
        else "The kernel closes no network to its process here, so nothing but its code, and what stands around "
        "LedgerFlow, keeps it from reaching out by itself."
    )
    if permissions["writes"]:
        yield "What it does can be seen elsewhere afterwards; only a person runs it, no agent and no MCP client."
    else:
        yield "It changes nothing, here or elsewhere."
    if manifest["needs"]:
        yield f"It may call these tools, within its own limits: {', '.join(manifest['needs'])}."
    yield (
        f"A call lasts at most {_time(permissions['timeout_seconds'])}, with {_size(permissions['memory_bytes'])} of "
        f"memory and an answer of {_size(permissions['output_bytes'])}."
    )
    yield (
        f"At most {permissions['calls_a_minute']:,} calls a minute and "
        f"{permissions['calls_a_day']:,} a day for each book."
    )
    if retries := permissions["retries"]:
        again = "once more" if retries == 1 else f"up to {retries} times more"
        yield f"Where a failure may pass, it is called {again}."
    if seconds := permissions["cache_seconds"]:
        yield f"An answer stands for {_time(seconds)} for the same question."


def _time(seconds: int) -> str:
    for size, unit in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _size(count: int) -> str:
    return f"{count / _MEGABYTE:.0f} MB" if count >= _MEGABYTE else f"{max(1, count // _KILOBYTE)} KB"
