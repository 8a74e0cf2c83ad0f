"""Who a bank's text speaks of: the payee's name, kind of business and web address, with the evidence."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from tools.contract import Context, Manifest, Permissions, ToolError
from tools.payee_lookup._name import vendor_name
from tools.payee_lookup._people import reason_not_to_ask, without_person_behind
from tools.payee_lookup._weighing import weigh

__all__ = ["identify_payee"]

_SEARCH = "tools.search_tool.search_web"

MANIFEST = Manifest(
    version="1.0.0",
    kind="payee_lookup",
    summary="Finds out by web search whose name stands in a bank's text, and what kind of business it is.",
    permissions=Permissions(
        timeout_seconds=60,
        memory_bytes=256 * 1024 * 1024,
        output_bytes=128 * 1024,
        cache_seconds=24 * 60 * 60,
        calls_a_minute=60,
        calls_a_day=2_000,
    ),
    configuration={
        "type": "object",
        "properties": {
            "language": {
                "type": "string",
                "title": "Language",
                "description": "What is searched in: a code such as en or de. Empty: as the search is configured.",
                "default": "",
                "maxLength": 8,
            },
        },
        "additionalProperties": False,
    },
    needs=(_SEARCH,),
)

_LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """A search result that was relied on: what it supports, and the words in it that do."""

    url: str
    title: str
    supports: tuple[Literal["payee", "kind_of_business", "web_address"], ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the search results agree: counts, and no probability.

    ``results`` were looked at, ``naming_it`` have all words of the name in their title or address, on ``sites``
    different sites; ``sites_of_the_kind`` of these speak of the kind of business that is returned.
    """

    results: int
    naming_it: int
    sites: int
    sites_of_the_kind: int


@dataclass(frozen=True, slots=True)
class Payee:
    """What was found out. ``None`` says that it is unsure; ``note`` says why in a sentence.

    ``payee`` is the name in the text, cleaned; search results only correct its spelling or complete a word that the
    bank cut off. ``asked`` is the very question that was searched for, or ``None`` where nothing was asked.
    """

    payee: str | None
    kind_of_business: str | None
    web_address: str | None
    asked: str | None
    agreement: Agreement | None
    evidence: tuple[Evidence, ...]
    note: str


def identify_payee(
    text: Annotated[str, Field(description="What the bank wrote.", min_length=1, max_length=_LONGEST_TEXT)],
    context: Context,
    *,
    people: Annotated[
        tuple[str, ...], Field(description="Names of people; a text with one of them is not searched for.")
    ] = (),
) -> Payee:
    """Find out whom a bank's text speaks of.

    Only the vendor's name is searched for, at most 80 characters without numbers. Nothing is searched for where the
    text seems to speak of a person, or holds one of ``people``, the names that the books know to be people's.

    :raises ToolError: the text is empty or no bank's, or the search cannot be done.
    """
    if not text.strip():
        raise ToolError("The text is empty; give what the bank wrote.")
    if len(text) > _LONGEST_TEXT:
        raise ToolError(f"The text has {len(text)} characters; a bank's has {_LONGEST_TEXT:,} at most.")
    name = vendor_name(text)
    if name is None:
        return _unasked(None, "No name is left when numbers, dates and the bank's own words are taken away.")
    name = without_person_behind(name)
    reason = reason_not_to_ask(text, name, people)
    if reason is not None:
        return _unasked(name.shown, reason)
    search = context.tools.get(_SEARCH)
    if search is None:
        return _unasked(name.shown, f"Nothing was searched for, because {_SEARCH} is not there.")
    language = context.configuration.get("language") or None
    answer = search(query=name.query, **({"language": language} if language else {}))
    found = weigh(name, answer["results"])
    silent = [each["engine"] for each in answer["unresponsive_engines"]]
    return Payee(
        payee=found.payee,
        kind_of_business=found.kind,
        web_address=found.web_address,
        asked=name.query,
        agreement=Agreement(*found.counts),
        evidence=tuple(Evidence(*each) for each in found.evidence),
        note=found.note + (f" Did not answer: {', '.join(silent)}." if silent else ""),
    )


def _unasked(payee: str | None, note: str) -> Payee:
    return Payee(payee, None, None, asked=None, agreement=None, evidence=(), note=note)
