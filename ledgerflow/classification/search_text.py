"""The search syntax, in which rules and people say what they look for in bank lines. Pure.

``shell "corner shop" payee:amazon,ebay bank:Savings money:out amount:>100 =9.99 -refund (a b),c``: spaces mean *and*,
commas *or*, ``-`` *not*; what follows a key and a comma has the same key. A word is looked for in the bank's text and
in the payee's name out of it, without case and accents. Amounts are sizes, without a sign.

Rules know no more words than these, because a rule that asks what another one said has no order in which it is right.
Whoever looks for lines passes ``facts``, the keys of what else is known of a line
(:mod:`ledgerflow.classification.finding`).
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NoReturn

from ledgerflow.classification.errors import SearchError
from ledgerflow.classification.searching import (
    ALWAYS,
    IN,
    OUT,
    Amount,
    And,
    Bank,
    Condition,
    Money,
    Not,
    Or,
    Payee,
    Text,
    both,
)
from ledgerflow.payees.folding import fold

KEYS = ("payee", "bank", "money", "amount")
#: More conditions than this are no rule that anybody reads.
MOST_TERMS, DEEPEST = 100, 20
_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<not>-(?=[^\s,)]))|(?P<key>[A-Za-z]+):(?=[^\s,()])
    |"(?P<quoted>(?:[^"]|"")*)"|(?P<word>[^\s,()"]+))""",
    re.VERBOSE,
)
_AMOUNT = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<number>\d+(?:\.\d+)?)")
_FISCAL_YEAR = re.compile(r"FY\d{4}", re.IGNORECASE)
_RANGE = re.compile(r"(?P<least>\d+(?:\.\d+)?)\.\.(?P<most>\d+(?:\.\d+)?)")


def folded_words(words: str) -> str:
    """Return words as texts are compared: without case, accents and doubled spaces."""
    return " ".join(fold(words).split())


#: What a key makes of the word behind it; a word that it does not know raises ValueError with the sentence why.
Facts = Mapping[str, Callable[[str], Condition]]


def parsed(text: str, *, banks: Mapping[str, int], facts: Facts | None = None) -> Condition:
    """Return what the text asks for; ``banks`` are the bank accounts that may be named. An empty text asks nothing.

    ``facts`` are keys beside those of rules; with ``tag`` and ``date`` among them, ``#word`` and ``FY2026`` stand for
    these.

    Raises:
        SearchError: it is no search; the error says which word is wrong and where it stands.
    """
    return _Parser(text, banks, facts or {}).run()


class _Parser:
    def __init__(self, text: str, banks: Mapping[str, int], facts: Facts) -> None:
        self._text, self._facts = text, facts
        self._banks = {folded_words(name): (pk, name) for name, pk in banks.items()}
        self._at = self._start = 0
        self._terms = self._depth = 0
        self._kind, self._value = "", ""
        self._next()

    def run(self) -> Condition:
        if not self._kind:
            return ALWAYS
        found = self._all()
        if self._kind:
            self._refuse("This closes nothing")
        return found

    def _next(self) -> None:
        self._start = self._at + len(self._text[self._at :]) - len(self._text[self._at :].lstrip())
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            if self._text[self._at :].strip():
                self._value = self._text[self._start :].split()[0]
                self._refuse("This quotation mark closes nowhere")
            self._kind, self._value = "", ""
            return
        self._at = match.end()
        self._kind, self._value = str(match.lastgroup), str(match[str(match.lastgroup)])
        if self._kind == "quoted":
            self._value = self._value.replace('""', '"')

    def _refuse(self, why: str) -> NoReturn:
        word = self._value or self._text[self._start :][:1]
        # What closes nowhere, and the end of the text, were not read.
        end = self._at if self._at > self._start else self._start + len(word)
        raise SearchError(why, word=word, text=self._text, start=self._start, end=end)

    def _all(self) -> Condition:
        found = [self._any()]
        while self._kind and self._kind != "close":
            found.append(self._any())
        return both(*found)

    def _any(self) -> Condition:
        key = self._value.lower() if self._kind == "key" else ""
        found = [self._factor("")]
        while self._kind == "comma":
            self._next()
            found.append(self._factor(key))
        return found[0] if len(found) == 1 else Or(tuple(found))

    def _factor(self, key: str) -> Condition:
        self._terms += 1
        if self._terms > MOST_TERMS or self._depth > DEEPEST:
            self._refuse("From here on it asks for more than anybody reads")
        if self._kind == "not":
            self._next()
            self._depth += 1
            found: Condition = Not(self._factor(key))
            self._depth -= 1
            return found
        if self._kind == "open":
            return self._within()
        if self._kind == "key":
            key = self._value.lower()
            if key not in KEYS and key not in self._facts:
                known = ", ".join(f"{each}:" for each in (*KEYS, *self._facts))
                self._refuse(f"This is none of {known}; put it in quotation marks to look for it")
            self._next()
        if self._kind not in {"word", "quoted"}:
            self._refuse("A word is missing here")
        made = self._term(key, self._value, is_quoted=self._kind == "quoted")
        self._next()
        return made

    def _within(self) -> Condition:
        self._next()
        self._depth += 1
        if self._kind in {"", "close"}:
            self._refuse("Between the brackets stands nothing")
        found = self._all()
        if self._kind != "close":
            self._refuse("A bracket is not closed")
        self._depth -= 1
        self._next()
        return found

    def _term(self, key: str, value: str, *, is_quoted: bool) -> Condition:
        if not key and not is_quoted:
            key, value = self._short(value)
        if key == "money":
            if value.lower() not in {IN, OUT}:
                self._refuse("Money goes “in” or “out”")
            return Money(value.lower())
        if key == "amount":
            return self._amount(value)
        if key in self._facts:
            return self._fact(key, value)
        words = folded_words(value)
        if not words:
            self._refuse("Nothing is looked for here")
        if key == "bank":
            if words not in self._banks:
                self._refuse("No bank account is called so")
            return Bank(*self._banks[words])
        return Payee(words) if key else Text(words)

    def _short(self, value: str) -> tuple[str, str]:
        """Return the key that a bare word stands for, if for any, and what it says."""
        if value.startswith("="):
            return "amount", value
        if value[0] == "#" and "tag" in self._facts:
            return "tag", value[1:]
        if "date" in self._facts and _FISCAL_YEAR.fullmatch(value):
            return "date", value
        if value[0] in "#<>":
            self._refuse(
                "Amounts are written as amount:>12.50; put it in quotation marks to look for it"
                if self._facts
                else "Rules look at what the bank says; put it in quotation marks to look for it"
            )
        return "", value

    def _fact(self, key: str, value: str) -> Condition:
        if not value.strip():
            self._refuse("A word is missing here")
        try:
            return self._facts[key](value.strip())
        except ValueError as error:
            self._refuse(str(error))

    def _amount(self, value: str) -> Condition:
        if between := _RANGE.fullmatch(value):
            least, most = Decimal(between["least"]), Decimal(between["most"])
            if least > most:
                self._refuse("The least amount is above the most")
            return And((Amount(">=", least), Amount("<=", most)))
        match = _AMOUNT.fullmatch(value)
        if match is None:
            self._refuse("An amount is written as 12.50, >12.50, <=12.50 or 10..20")
        size = Decimal(match["number"])
        if size >= Decimal(10) ** 16 or size != round(size, 4):
            self._refuse("No amount is written so")
        return Amount(match["sign"] or "=", size)
