"""What search results say about a name: each claim needs two sites, or the name's own site, else it stays open."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from tools.payee_lookup._kinds import KINDS, LEGAL_FORMS, LONGEST_PHRASE
from tools.payee_lookup._name import Name
from tools.payee_lookup._words import compact, word_set, words

LOOKED_AT = 10
_MOST_EVIDENCE = 6
_SHORTEST_BEGINNING = 4
_SECOND_LEVEL = word_set(
    """
    co com org net ac gov or ne edu
    """
)

Supports = Literal["payee", "kind_of_business", "web_address"]
Proof = tuple[str, str, tuple[Supports, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is sure enough to say. ``counts`` are results, those that name it, their sites, those of the kind."""

    payee: str
    kind: str | None
    web_address: str | None
    counts: tuple[int, int, int, int]
    evidence: tuple[Proof, ...]
    note: str


@dataclass(frozen=True, slots=True)
class _Page:
    url: str
    title: str
    text: str
    site: str
    host: str


def weigh(name: Name, results: Sequence[Mapping[str, Any]]) -> Weighed:
    """Return what the first ten results say about the name."""
    pages = [page for page in map(_page, results[:LOOKED_AT]) if page is not None]
    wanted = [word for word in words(name.query) if word not in LEGAL_FORMS] or words(name.query)
    naming = [page for page in pages if _names(page, wanted)]
    sites = {page.site for page in naming}
    kind, of_the_kind, words_of_kind = _kind(naming)
    shown = _spelling(name, naming, wanted)
    own = _own_site(naming, {compact("".join(wanted)), compact(shown)})
    is_sure = len(sites) > 1 or own is not None
    return Weighed(
        payee=shown if is_sure else name.shown,
        kind=kind,
        web_address=None if own is None else f"{urlsplit(own.url).scheme}://{own.host}/",
        counts=(len(pages), len(naming), len(sites), of_the_kind),
        evidence=tuple(_evidence(naming, wanted, kind, words_of_kind, own))[:_MOST_EVIDENCE]
        if is_sure or kind
        else (),
        note=_note(len(pages), len(naming), kind, own),
    )


def _page(row: Mapping[str, Any]) -> _Page | None:
    parts = urlsplit(str(row["url"]))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return _Page(
        str(row["url"]),
        str(row["title"]),
        f"{row['title']} {row['snippet']}",
        _site(parts.hostname),
        parts.hostname,
    )


def _site(host: str) -> str:
    """The name that somebody registered: ``shop.name.co.uk`` is of ``name``."""
    labels = host.casefold().split(".")
    if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2:
        return labels[-3]
    return labels[-2] if len(labels) > 1 else labels[0]


def _names(page: _Page, wanted: Sequence[str]) -> bool:
    """Whether all words of the name are in the title, or the site is called so; the last word may be cut off."""
    title = words(page.title)
    *whole, last = wanted
    if all(word in title for word in whole) and any(_is_or_begins(last, word) for word in title):
        return True
    return compact("".join(wanted)) == compact(page.site)


def _is_or_begins(last: str, word: str) -> bool:
    return word == last or (len(last) >= _SHORTEST_BEGINNING and word.startswith(last))


def _kind(naming: Sequence[_Page]) -> tuple[str | None, int, Mapping[str, tuple[str, ...]]]:
    """The kind that most sites speak of: at least two, a third of all, and more than of any other kind."""
    sites: defaultdict[str, set[str]] = defaultdict(set)
    said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for page in naming:
        for phrase in _phrases(words(page.text)):
            sites[KINDS[phrase]].add(page.site)
            said[page.url, KINDS[phrase]].append(phrase)
    ranked = sorted(((len(found), kind) for kind, found in sites.items()), reverse=True)
    total = len({page.site for page in naming})
    if not ranked or ranked[0][0] < 2 or ranked[0][0] * 3 < total:
        return None, 0, {}
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        return None, 0, {}
    count, kind = ranked[0]
    return kind, count, {url: tuple(sorted(set(found))) for (url, of), found in said.items() if of == kind}


def _phrases(text: Sequence[str]) -> list[str]:
    """The phrases in the text that speak of a kind; a word within a longer phrase is not counted by itself."""
    found = []
    at = 0
    while at < len(text):
        for length in range(min(LONGEST_PHRASE, len(text) - at), 0, -1):
            if (phrase := " ".join(text[at : at + length])) in KINDS:
                found.append(phrase)
                at += length
                break
        else:
            at += 1
    return found


def _own_site(naming: Sequence[_Page], called: Collection[str]) -> _Page | None:
    """The site that is called as the name is; of several (``name.com``, ``name.org``) only one that comes first."""
    own = [page for page in naming if compact(page.site) in called]
    if not own:
        return None
    roots = {page.host.removeprefix("www.") for page in own}
    return own[0] if len(roots) == 1 or own[0] is naming[0] else None


def _spelling(name: Name, naming: Sequence[_Page], wanted: Sequence[str]) -> str:
    """The name as at least two sites write it; a last word that was cut off is completed if all of these agree."""
    by_site: dict[str, str] = {}
    for page in naming:
        parts = [part.strip(" ,.:;|-–—()") for part in page.title.split()]  # noqa: RUF001 - titles have them
        for at in range(len(parts) - len(wanted) + 1):
            run = parts[at : at + len(wanted)]
            plain = [" ".join(words(part)) for part in run]
            if plain[:-1] == list(wanted[:-1]) and _is_or_begins(wanted[-1], plain[-1]):
                by_site.setdefault(page.site, " ".join(run))
                break
    if len({" ".join(words(each)) for each in by_site.values()}) != 1:
        return name.shown
    (spelling, count), *_ = Counter(by_site.values()).most_common()
    return spelling if count > 1 else name.shown


def _evidence(
    naming: Sequence[_Page],
    wanted: Sequence[str],
    kind: str | None,
    words_of_kind: Mapping[str, tuple[str, ...]],
    own: _Page | None,
) -> list[Proof]:
    proofs: list[Proof] = []
    for page in naming:
        supports: list[Supports] = ["payee"]
        if kind and page.url in words_of_kind:
            supports.append("kind_of_business")
        if own is page:
            supports.append("web_address")
        proofs.append((page.url, page.title, tuple(supports), (*wanted, *words_of_kind.get(page.url, ()))))
    return proofs


def _note(results: int, naming: int, kind: str | None, own: _Page | None) -> str:
    if not results:
        return "The search found nothing."
    if not naming:
        return "No result has the name in its title or address."
    missing = [
        words
        for words, is_missing in (("kind of business", kind is None), ("web address", own is None))
        if is_missing
    ]
    said = f"Of {results} results {naming} name it."
    return f"{said} They do not agree on a {' or a '.join(missing)}." if missing else said
