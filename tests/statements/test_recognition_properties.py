"""Random accounts, cut into files that overlap, in three formats that word them differently, in any order."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.statements.portions import Occurrence, Portion, Span
from ledgerflow.statements.recognition import recognize

FIRST = date(2026, 1, 1)
movements = st.tuples(st.integers(0, 3), st.sampled_from([1, 2]), st.sampled_from(["coffee", "taxi"]))
#: How each format words a movement; a file's number says its format.
WORDINGS = (str, lambda text: f"{text} berlin", lambda text: text[:4])
#: The account as it is: movements by day, in order, each with an identifier that the bank could give.
accounts = st.lists(movements, min_size=1, max_size=12).map(sorted).map(list)


@st.composite
def files(draw, with_ids=None):
    """Stretches of one account: ``(number, lines)``, the lines as (day, amount, text, id or none, index)."""
    account = draw(accounts)
    cuts = draw(
        st.lists(
            st.tuples(st.integers(0, len(account) - 1), st.integers(1, len(account)), st.booleans()),
            min_size=1,
            max_size=4,
        )
    )
    found = []
    for number, (start, size, has_ids) in enumerate(cuts, start=1):
        stretch = list(enumerate(account))[start : start + size]
        found.append(
            (
                number,
                [(*line, f"id {index}" if with_ids or has_ids else None, index) for index, line in stretch],
            )
        )
    return account, found


def worded(number, text):
    return WORDINGS[number % len(WORDINGS)](text)


def portions_of(found, day):
    for number, lines in found:
        shown = [
            Occurrence(number, no, Decimal(amount), text, bank_id)
            for no, (on, amount, text, bank_id, _index) in enumerate(lines, start=1)
            if on == day
        ]
        if shown:
            first, last = (FIRST + timedelta(days=lines[end][0]) for end in (0, -1))
            yield Portion(Span(number, (f"file {number}", 0), first, last, kind=f"{number % 3}"), shown)


def recognized(found, day, answers=()):
    return recognize(FIRST + timedelta(days=day), list(portions_of(found, day)), dict(answers))


def alike(shown):
    return shown.amount, shown.text[:4]


def canonical(day):
    def names(slot):
        return frozenset(shown[:2] for shown in slot.occurrences)

    contests = {(frozenset(map(names, contest.slots)), contest.uncertain) for contest in day.contests}
    return Counter(map(names, day.slots)), contests, day.questions


DAYS = range(4)


@given(files(), st.randoms())
def test_the_order_of_the_imports_does_not_matter(case, random):
    _account, found = case
    shuffled = random.sample(found, len(found))

    for day in DAYS:
        assert canonical(recognized(found, day)) == canonical(recognized(shuffled, day))


@given(files())
def test_every_line_is_shown_once_and_no_statement_shows_a_movement_twice(case):
    _account, found = case
    for day in DAYS:
        slots = recognized(found, day).slots

        shown = [name[:2] for slot in slots for name in slot.occurrences]
        assert sorted(shown) == sorted(
            name[:2] for portion in portions_of(found, day) for name in portion.occurrences
        )
        assert all(len(slot.statements) == len(slot.occurrences) for slot in slots)


@given(files(with_ids=True))
def test_with_identifiers_of_one_format_the_movements_are_exactly_those_shown(case):
    found = [(len(WORDINGS) * number, lines) for number, lines in case[1]]
    for day in DAYS:
        ids = {bank_id for _number, lines in found for on, _a, _t, bank_id, _i in lines if on == day}

        result = recognized(found, day)

        assert len(result.slots) == len(ids)
        assert not result.questions


@given(files())
def test_beside_a_complete_day_the_movements_are_exactly_those_of_the_account(case):
    account, found = case
    for day in DAYS:
        whole = (99, [(*line, None, index) for index, line in enumerate(account)])
        if not 0 < day < max(on for on, _amount, _text in account) or account[0][0] == day:
            continue

        result = recognized([*found, whole], day)

        truth = sum(on == day for on, _amount, _text in account)
        assert (len(result.slots), result.questions) == (truth, set())


@given(accounts, st.permutations(["coffee", "taxi"]), st.booleans())
def test_of_two_whole_files_in_words_of_their_own_the_account_is_there_but_for_what_is_asked(
    account, words, is_proven
):
    translated = dict(zip(("coffee", "taxi"), words, strict=True))
    for day in DAYS:
        portions = [
            Portion(
                Span(
                    number,
                    (f"file {number}", 0),
                    FIRST - timedelta(days=1),
                    FIRST + timedelta(days=9),
                    kind=kind,
                    is_proven=is_proven,
                ),
                [
                    Occurrence(number, no, Decimal(amount), word(text), None)
                    for no, (on, amount, text) in enumerate(account, start=1)
                    if on == day
                ],
            )
            for number, kind, word in (
                (1, "plain", str),
                (2, "translated", lambda text: f"x{translated[text]}"),
            )
        ]
        result = recognize(FIRST + timedelta(days=day), portions, {})

        waiting = sum(contest.uncertain for contest in result.contests)
        assert len(result.slots) - waiting == sum(on == day for on, _amount, _text in account)
        assert bool(waiting) == bool(result.questions)
        assert not (is_proven and waiting)


@given(files())
def test_it_never_has_fewer_movements_than_a_statement_shows_nor_more_than_all_together(case):
    _account, found = case
    for day in DAYS:
        portions = list(portions_of(found, day))
        result = recognized(found, day)
        counted = Counter(map(alike, (slot.occurrences[0] for slot in result.slots)))
        each = [Counter(map(alike, portion.occurrences)) for portion in portions]

        for what, count in counted.items():
            assert max(one[what] for one in each) <= count <= sum(one[what] for one in each)


@given(files(), st.booleans())
def test_answering_every_question_leaves_none(case, is_same):
    _account, found = case
    for day in DAYS:
        pairs = {frozenset((one[0], other[0])) for one in found for other in found if one[0] < other[0]}

        result = recognized(found, day, dict.fromkeys(pairs, is_same))

        assert (result.questions, result.contests) == (set(), [])


@given(files())
def test_a_file_again_changes_nothing(case):
    _account, found = case
    number, lines = found[0]
    for day in DAYS:
        before = recognized(found[:1], day)
        again = recognized([found[0], (number + 51, lines)], day)

        assert len(again.slots) == len(before.slots)
        assert not again.questions
