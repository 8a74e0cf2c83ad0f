"""A person at the browser who keeps their cookies, sends forms, and knows which answers are promises."""

import http.client
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http.cookiejar import CookieJar
from typing import NamedTuple

_Fields = Sequence[tuple[str, str]]
_UNANSWERED = (OSError, http.client.HTTPException, TimeoutError)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Answer(NamedTuple):
    """An answer as it came; status 0 where none did."""

    status: int
    text: str
    retry_after: str = ""


class Person:
    """Works at one address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            _NoRedirect(), urllib.request.HTTPCookieProcessor(self._cookies)
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self._answer(urllib.request.Request(self._address + path, headers=headers))

    def post(
        self, path: str, fields: _Fields = (), file: tuple[str, bytes] | None = None, **headers: str
    ) -> Answer:
        sent = [("csrfmiddlewaretoken", self._token()), *fields]
        if file is None:
            body, kind = urllib.parse.urlencode(sent).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = _multipart(sent, file), "multipart/form-data; boundary=chaos"
        return self._answer(
            urllib.request.Request(self._address + path, data=body, headers={"Content-Type": kind, **headers})
        )

    def press(self, path: str) -> Answer:
        """Send the form of the page as it stands."""
        page = self.get(path)
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None, page
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1]}).encode()
        return self._answer(urllib.request.Request(self._address + path, data=body))

    def _token(self) -> str:
        return next((cookie.value or "" for cookie in self._cookies if cookie.name == "csrftoken"), "")

    def _answer(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=30) as response:
                return Answer(response.status, response.read().decode(errors="replace"))
        except urllib.error.HTTPError as error:
            try:
                text = error.read().decode(errors="replace")
            except _UNANSWERED:
                return Answer(0, "")
            return Answer(error.code, text, error.headers.get("Retry-After", ""))
        except _UNANSWERED:
            return Answer(0, "")


def _multipart(fields: _Fields, file: tuple[str, bytes]) -> bytes:
    parts = [
        f'--chaos\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    name, content = file
    head = f'--chaos\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return b"".join([*parts, head.encode(), content, b"\r\n--chaos--\r\n"])
