"""Which account and currency each row belongs to."""
# ruff: noqa: RUF001 - the characters that banks print are the subject, look-alikes among them

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools._shared.amounts import AmountColumn
from tools._shared.columns import Columns
from tools._shared.currencies import NO_CURRENCY, currency_in_header, currency_of
from tools._shared.vocabulary import Role, words

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_LABEL = (
    r"(?:account|konto|kontonummer|rekening\w*|compte|cuenta|conto|conta|iban|card|kort|karte|"
    r"[uú][cč]tu|számlaszám|rachunku|tilinumero|сч[её]та?|卡号|账号|账户|口座番号|계좌번호)"
)
_LABELLED = re.compile(
    _LABEL
    + r"[^:：;,\d]{0,24}[:：#,; ]\s*=?['\"_]?([0-9*xX][0-9*xX-]{3,32}\d(?:/\d{4})?|\d{2,6}(?: \d{2,6}){1,6})",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\W*(?:(?:own|your|my|the|bank|current|savings?|checking|deposit|joint|business|personal|main|credit|debit|"
    r"mein|ihr|dein|mon|votre|mi|su|tu|il|la|le|el|uw|mijn|giro|numero de|n[uú]mero de|num[eé]ro de|número da)\W+){0,3}"
    rf"[^\W\d_]*{_LABEL}",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:auftragskonto|own|your|eigen|source|from)\b")
_MANY = 24
_BESIDE = 2


@dataclass(frozen=True, slots=True)
class Owner:
    """The account column and what stands for it elsewhere in the file; the currency column likewise."""

    account: int | None
    account_stated: str | None
    currency: int | None
    currency_stated: str


def stated_account(lines: Sequence[str], name: str) -> str | None:
    """Return the account that the lines above the table (or the file's name) state."""
    for line in lines:
        found = _IBAN.search(line)
        if found and len(found[0].replace(" ", "")) >= 15:
            return found[0].replace(" ", "")
    for line in lines:
        labelled = _LABELLED.search(line)
        if labelled:
            return labelled[1].strip()
    found = _IBAN.search(name)
    return found[0] if found and len(found[0]) >= 15 else None


def is_account_title(row: Sequence[str]) -> bool:
    """Whether a row begins with the word for an account or with an account's number, as the title over its table does.

    A further line of a row's description begins under the description, or with other words, such as a name.
    """
    first = row[0] if row else ""
    return bool(_TITLE.match(first) or _IBAN.fullmatch(first.strip()))


def account_column(columns: Columns) -> int | None:
    """Return the column of the own account: filled in every row, with few values.

    An account right of a counterparty is the counterparty's, and so is one just left of it that changes with it.
    """
    if columns.has_header:
        others = columns.of(Role.COUNTERPARTY)
        named = [
            at
            for at in columns.of(Role.ACCOUNT)
            if columns.said_date is not None
            or not any(other < at or _goes_with(columns, at, other) for other in others)
        ]
        for at in named:
            values = set(columns.pick(at))
            if "" not in values and len(values) <= _MANY:
                return at
        return None
    for at in range(len(columns.cells)):
        values = set(columns.pick(at))
        if len(values) == 1 and _IBAN.fullmatch(next(iter(values))):
            return at
    return None


def _goes_with(columns: Columns, account: int, other: int) -> bool:
    """Whether each account between a date and a counterparty's name comes with hardly more than one name."""
    title = words(columns.header[account]) if account < len(columns.header) else ""
    if not 0 < other - account <= _BESIDE or min(columns.days) > account or _OWN.search(title):
        return False
    accounts, names = columns.pick(account), columns.pick(other)
    return len(set(zip(accounts, names, strict=True))) < 2 * len(set(accounts))


def currency_column(columns: Columns, beside: int, stated: str = NO_CURRENCY) -> int | None:
    """Return the currency column nearest to the amounts.

    One that is not named so counts where it names a currency in every row and nothing else has ``stated`` one: it may
    be what something was bought in.
    """
    found = [at for at in columns.of(Role.CURRENCY) if columns.is_currency(at)]
    if columns.has_header and not found and stated == NO_CURRENCY:
        near = (
            at
            for at in (beside + 1, beside - 1)
            if columns.roles.get(at) is Role.OTHER and columns.is_currency(at) and all(columns.pick(at))
        )
        return next(near, None)
    if not columns.has_header:
        found = [at for at in found if all(columns.pick(at))] or found
    return min(found, key=lambda at: (abs(at - beside), at), default=None)


def currency_stated(
    columns: Columns, amounts: Sequence[int], looked: dict[int, AmountColumn], above: Sequence[str]
) -> str:
    """Return the currency that the amount's header, its symbols or the lines above the table name."""
    for at in amounts:
        named = currency_in_header(columns.header[at]) if at < len(columns.header) else None
        if named:
            return named
    affixes = {currency_of(affix) for at in amounts if at in looked for affix in looked[at].affixes}
    if len(affixes) == 1:
        only = affixes.pop()
        if only:
            return only
    codes = {code for line in above if (code := _labelled_currency(line))}
    return codes.pop() if len(codes) == 1 else NO_CURRENCY


def _labelled_currency(line: str) -> str | None:
    if not re.search(r"\b(?:currency|wahrung|waehrung|munt|devise|moneda|divisa|valuta|eur)\b", words(line)):
        return None
    return currency_in_header(line)
