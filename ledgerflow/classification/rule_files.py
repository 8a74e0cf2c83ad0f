"""Rules as YAML text, to be read, kept, and brought into another book. Values in, values out."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

from ledgerflow.classification.errors import RuleError

#: The version of the format, and how much is read.
VERSION, LARGEST_BYTES, MOST_RULES = 1, 1_000_000, 5_000
#: What a rule may look for, as its column says.
LONGEST_TEXT = 200
#: What no text keeps, though YAML can say it: the character NUL, and halves of others.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
#: A number in place of a text, such as an account's code, is below this.
_MOST = 10**18
_HEAD = "ledgerflow_rules"


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule in words: the account by its code, bank account and payee by their names, amounts as texts.

    ``tax_line`` is one of the lines' own, such as ``schedule-c:22``. ``future`` is said of one that is never about
    lines that were there before it.
    """

    account: str
    text: str = ""
    direction: str = "any"
    least: str = ""
    most: str = ""
    bank_account: str = ""
    search: str = ""
    payee: str = ""
    tax_line: str = ""
    mode: str = "suggest"
    stage: str = "usual"
    active: bool = True
    future: bool = False


_PLAIN = RuleText("")
_KNOWN = tuple(field.name for field in fields(RuleText))
_FLAGS = frozenset({"active", "future"})


class _Loader(yaml.SafeLoader):
    """Reads plain values and nothing else; references, by which a small text can stand for a huge one, are refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise RuleError("The file refers to itself with “*”; write every rule out.")
        return super().compose_node(parent, index)


def written(rules: Sequence[RuleText]) -> str:
    """Return the rules as YAML, what is usual left out."""
    said = [
        {name: value for name, value in asdict(rule).items() if value != getattr(_PLAIN, name)}
        for rule in rules
    ]
    return yaml.safe_dump({_HEAD: VERSION, "rules": said}, allow_unicode=True, sort_keys=False)


def read(content: bytes) -> list[RuleText]:
    """Read rules from YAML.

    Raises:
        RuleError: it is too large, no YAML, of another version, or a rule says what no rule can.
    """
    if len(content) > LARGEST_BYTES:
        raise RuleError("The file has more than 1 MB; rules have not. Is it the right one?")
    try:
        said = yaml.load(content.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise RuleError(
            f"The file is no YAML that can be read{line}; write UTF-8, as “Export” does."
        ) from error
    if not isinstance(said, dict) or said.get(_HEAD) != VERSION or not isinstance(said.get("rules"), list):
        raise RuleError(f"The file does not begin with “{_HEAD}: {VERSION}” and a list of “rules”.")
    if len(said["rules"]) > MOST_RULES:
        raise RuleError(f"The file has more than {MOST_RULES} rules.")
    return [_rule(number, each) for number, each in enumerate(said["rules"], start=1)]


def amount_of(text: str) -> Decimal | None:
    """Return the amount that a text says, nothing for an empty one.

    Raises:
        RuleError: it is no amount.
    """
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise RuleError(f"“{text}” is no amount; write it as 12.50.") from error
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 16 or amount != round(amount, 4):
        raise RuleError(f"“{text}” is no amount; write it as 12.50.")
    return amount


def _rule(number: int, said: object) -> RuleText:
    if not isinstance(said, dict):
        raise RuleError(f"Rule {number} is no list of “name: value”.")
    for name, value in said.items():
        if found := _NO_TEXT.search(f"{name}{value if isinstance(value, str) else ''}"):
            raise RuleError(
                f"Rule {number} holds a character that no text can keep (U+{ord(found[0]):04X}); write it anew."
            )
        if name not in _KNOWN:
            raise RuleError(f"Rule {number} says “{name}”, which is none of {', '.join(_KNOWN)}.")
        if isinstance(value, bool) is not (name in _FLAGS) or not (
            isinstance(value, str) or (isinstance(value, int) and abs(value) < _MOST)
        ):
            kind = "true or false" if name in _FLAGS else "a text; put it in quotes"
            raise RuleError(f"Rule {number}: “{name}” is {kind}.")
    if not said.get("account"):
        raise RuleError(f"Rule {number} says no account.")
    words = {name: str(value).strip() for name, value in said.items() if name not in _FLAGS}
    return RuleText(**words, active=said.get("active", True), future=said.get("future", False))
