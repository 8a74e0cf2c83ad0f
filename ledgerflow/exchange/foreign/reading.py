"""Which program's books a file is."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ledgerflow.exchange.foreign.beancount import read_beancount
from ledgerflow.exchange.foreign.books import ForeignBook, ForeignBookError
from ledgerflow.exchange.foreign.gnucash import read_gnucash
from ledgerflow.exchange.foreign.hledger import read_hledger


def _of_text(read: Callable[[str], ForeignBook]) -> Callable[[bytes], ForeignBook]:
    def reader(content: bytes) -> ForeignBook:
        try:
            return read(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise ForeignBookError(f"The file is not in UTF-8 (byte {error.start + 1}).") from error

    return reader


#: What reads the books of each program.
PROGRAMS: Mapping[str, Callable[[bytes], ForeignBook]] = MappingProxyType(
    {
        "beancount": _of_text(read_beancount),
        "hledger": _of_text(read_hledger),
        "gnucash": read_gnucash,
    }
)
_ENDINGS = {
    ".beancount": "beancount", ".bean": "beancount", ".journal": "hledger", ".hledger": "hledger", ".j": "hledger",
    ".ledger": "hledger", ".gnucash": "gnucash",
}  # fmt: skip


def program_of(name: str) -> str | None:
    """Return the program whose books have such a name, if one does."""
    return next((program for ending, program in _ENDINGS.items() if name.lower().endswith(ending)), None)
