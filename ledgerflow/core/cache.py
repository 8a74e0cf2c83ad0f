"""The cache that may disappear: Redis, and this process's memory while Redis is away.

A request pays for a Redis that died or froze at most three short waits in fifteen seconds; then memory serves until
Redis has answered for a few seconds on end, which a thread finds out beside the requests. Nothing may live here that is
not in the database too: whatever is stored or deleted while Redis is away is not there when it returns.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

#: What a request waits for Redis; three such waits are what it may cost in fifteen seconds.
SOCKET_SECONDS = 0.09
_PROBE_SECONDS = 0.5
#: Redis is used again when it has answered for this long on end: one that comes and goes costs nothing in between.
_STEADY_SECONDS = 5.0


class Breaker:
    """Open while Redis is away. A thread of its own closes it; no request pays for finding out."""

    def __init__(self, probe: Callable[[], Any], closed: Callable[[], None]) -> None:
        self._probe = probe
        self._closed = closed
        self._lock = threading.Lock()
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether Redis is left alone."""
        return self._is_open

    def trip(self, error: BaseException) -> None:
        """Leave Redis alone from now on."""
        with self._lock:
            if self._is_open:
                return
            self._is_open = True
            threading.Thread(target=self._wait_until_steady, name="cache-probe", daemon=True).start()
        logger.warning("The cache is away (%s); this process's memory serves instead.", type(error).__name__)

    def _wait_until_steady(self) -> None:
        answers_since: float | None = None
        while answers_since is None or time.monotonic() - answers_since < _STEADY_SECONDS:
            time.sleep(_PROBE_SECONDS)
            try:
                self._probe()
            except (RedisError, OSError):
                answers_since = None
            else:
                answers_since = answers_since or time.monotonic()
        self._closed()
        self._is_open = False
        logger.warning("The cache is back.")


class FailoverCache(BaseCache):
    """Django's Redis cache, with memory in its place while Redis does not answer in time."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": SOCKET_SECONDS,
            # The client's own default is three more attempts with pauses in between.
            "retry": Retry(NoBackoff(), 0),
        }
        self._redis = RedisCache(server, {**params, "OPTIONS": options})
        self._memory = LocMemCache(f"failover-{server}", {"TIMEOUT": 60, "MAX_ENTRIES": 1000})
        self._breaker = Breaker(probe=self._ping, closed=self._memory.clear)

    @property
    def is_away(self) -> bool:
        """Whether memory serves at present."""
        return self._breaker.is_open

    def _ping(self) -> None:
        self._redis.get("ledgerflow-probe")

    def _ask(self, name: str, *arguments: Any, **options: Any) -> Any:
        if not self._breaker.is_open:
            try:
                return getattr(self._redis, name)(*arguments, **options)
            except (RedisError, OSError) as error:
                self._breaker.trip(error)
        return getattr(self._memory, name)(*arguments, **options)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store the value unless there is one; say whether it was stored."""
        return bool(self._ask("add", key, value, timeout=timeout, version=version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        return self._ask("get", key, default=default, version=version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store the value."""
        self._ask("set", key, value, timeout=timeout, version=version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let the value last longer; say whether it was there."""
        return bool(self._ask("touch", key, timeout=timeout, version=version))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove the value; say whether it was there."""
        return bool(self._ask("delete", key, version=version))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """Return what is there of the keys."""
        found: dict[Any, Any] = self._ask("get_many", list(keys), version=version)
        return found

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        """Store the values; return the keys that were not stored."""
        return list(self._ask("set_many", data, timeout=timeout, version=version))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        """Remove the values."""
        self._ask("delete_many", list(keys), version=version)

    def has_key(self, key: str, version: int | None = None) -> bool:
        """Say whether there is a value."""
        return bool(self._ask("has_key", key, version=version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to the value and return it."""
        return int(self._ask("incr", key, delta=delta, version=version))

    def clear(self) -> None:
        """Remove everything."""
        self._ask("clear")

    def close(self, **kwargs: Any) -> None:
        """Nothing: connections stay in the pool of the client."""
