"""What a list can be asked and can show, and what one person sees of it."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.forms import DateField
from django.urls import NoReverseMatch, reverse

from ledgerflow.books.models import Book, SavedView
from ledgerflow.core.periods import EARLIEST, LATEST
from ledgerflow.users.models import User

#: The characters that something asked of a list may have.
LONGEST_ASKED = 500
#: The digits of a number that PostgreSQL certainly keeps.
_LONGEST_NUMBER = 18


def is_day(text: str) -> bool:
    """Whether a form takes the text for a day, and the books for one of theirs."""
    try:
        day: date = DateField().clean(text)
    except ValidationError:
        return False
    return EARLIEST <= day <= LATEST


def is_number(text: str) -> bool:
    """Whether the text can be the number of something in the book."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def is_one_of(words: Container[str]) -> Callable[[str], bool]:
    """Return what says whether a text is one of the words."""
    return lambda text: text in words


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: ``is_needed`` to decide, and so always there, or ``is_usual`` until a person chooses."""

    key: str
    label: str
    is_needed: bool = False
    is_usual: bool = True


@dataclass(frozen=True, slots=True)
class BookList:
    """A list of a book: its columns, and what its address asks for with what holds where it does not.

    ``asks`` leaves the page out. What is named ``in_path`` stands in the path and not behind the question mark.
    ``takes`` says by name which texts ask for something, where not every text does.
    """

    key: str
    name: str
    url_name: str
    columns: tuple[ListColumn, ...]
    asks: Mapping[str, str]
    in_path: tuple[str, ...] = ()
    takes: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)

    def asked(self, said: Mapping[str, object]) -> dict[str, str]:
        """Return what an address asks for that differs from the list as it is, without what asks for nothing."""
        return {
            name: text
            for name, text in self.written(said).items()
            if name not in self.takes or self.takes[name](text)
        }

    def written(self, said: Mapping[str, object]) -> dict[str, str]:
        """Return what an address says that differs from the list as it is; other lists' words are left out."""
        found = {
            name: str(said.get(name) or "").strip()[:LONGEST_ASKED] for name in (*self.in_path, *self.asks)
        }
        return {name: text for name, text in found.items() if text and text != self.asks.get(name)}

    def address(self, *, book: Book, asked: Mapping[str, str]) -> str:
        """Return where the list shows what is asked for.

        Raises:
            NoReverseMatch: what stands in the path is missing or is none.
        """
        path = {name: asked.get(name, "") for name in self.in_path}
        query = urlencode({name: asked[name] for name in self.asks if name in asked})
        return reverse(self.url_name, kwargs={"book": book.slug, **path}) + (f"?{query}" if query else "")

    def address_if_any(self, *, book: Book, asked: Mapping[str, str]) -> str:
        """Return where the list shows what is asked for, empty where that is nowhere any more."""
        try:
            return self.address(book=book, asked=asked)
        except NoReverseMatch:
            return ""

    def shown(self, user: User) -> frozenset[str]:
        """Return the keys of the columns that the user sees; what was chosen and is no column any more is ignored."""
        chosen = user.list_columns.get(self.key)
        return frozenset(
            each.key
            for each in self.columns
            if each.is_needed or (each.is_usual if chosen is None else each.key in chosen)
        )


@dataclass(frozen=True, slots=True)
class ListedView:
    """A saved view on the page of its list."""

    view: SavedView
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownList:
    """What the head of a list offers: its columns, the keys of those ``shown``, saved views, and what is asked for.

    ``is_sound`` is false where the address says something that asks for nothing, such as a day that is none.
    """

    of: BookList
    shown: frozenset[str]
    views: tuple[ListedView, ...]
    asked: Mapping[str, str]
    is_sound: bool

    @property
    def columns(self) -> list[tuple[ListColumn, bool]]:
        """The columns, each with whether it is shown."""
        return [(each, each.key in self.shown) for each in self.of.columns]

    @property
    def query(self) -> str:
        """What is asked for as an address says it."""
        return urlencode({name: self.asked[name] for name in self.of.asks if name in self.asked})

    @property
    def current(self) -> SavedView | None:
        """The saved view that the page shows."""
        return next((each.view for each in self.views if each.is_current), None)
