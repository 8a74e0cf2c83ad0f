"""An engine out of what a store keeps: decisions, the record of predictions, and the weights of the last fit.

The stream keeps one engine in memory; books in a database make one whenever lines need an answer. Both answer by the
same code. The same stored facts give the same answers.
"""

import hashlib
import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ledgerflow.learning.engine import Engine, has_model
from ledgerflow.learning.promise import Outcome, Record, stricter, tolerated
from ledgerflow.learning.values import Line, Prediction, Seen
from ledgerflow.payees.cleaning import payee_key

#: A model is fitted once so many decisions are known.
FEWEST = 10
#: A fit is due after so many new decisions, or this share (a twentieth) of those that the last one knew.
FEWEST_NEW, SHARE_NEW = 10, 20
#: From this opinion on other books of the same chart answer: five lines of six, of which every second is right.
LEAST_SHARED = -0.5
#: Of what would be accepted without a person, one line of so many is shown to one: 5 %.
SAMPLED = 20


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the books, as people see it, and the name that books of others may have for it."""

    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a line. ``was_fitted``: the stored weights learned from it."""

    line: Line
    category: str
    is_correction: bool = False
    was_fitted: bool = False


@dataclass(frozen=True, slots=True)
class Logged:
    """A prediction and what became of it; ``plain`` is its confidence before the record bent it."""

    confidence: Decimal
    plain: Decimal
    is_right: bool
    was_accepted: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """What a fit left: an archive of arrays without code, and the titles of its categories in their order."""

    archive: bytes
    sha256: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What other books of the installation learned, as a base model: an archive of arrays without code or texts."""

    archive: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A prediction as a store keeps it: exact decimals; ``features`` names what it was made from."""

    prediction: Prediction
    confidence: Decimal
    plain: Decimal
    features: str


def engine_of(
    *,
    categories: Sequence[Category],
    decisions: Sequence[Decision],
    record: Sequence[Logged],
    weights: Weights | None,
    promise: Decimal,
    has_memory: bool = True,
    shared: Shared | None = None,
) -> Engine:
    """Return the engine of the stored facts, the oldest first; without memory it says so in its reasons.

    Where weights are, ``shared`` has its say beside them for categories of the same name.

    Before the first fit, and without the extra ``ml``, memory alone answers, and neither needs numpy.
    """
    engine = Engine(promise=float(promise), with_model=False, has_memory=has_memory)
    if weights is not None and has_model():
        engine.model = _loaded(weights).apart(_read(shared) if shared else None)
    names = {each.title: each.name for each in categories}
    # What the weights know comes first, in their order: their labels are places in this list.
    known = weights.titles if weights else ()
    engine.tell(known, names=[names.get(title, title) for title in known])
    engine.tell([each.title for each in categories], names=[each.name for each in categories])
    is_fitted = engine.model is not None
    for decision in decisions:
        if decision.was_fitted or not is_fitted:
            engine.remember(decision.line, decision.category, is_correction=decision.is_correction)
    if is_fitted:
        engine.memory.forget_corrections()
        for decision in decisions:
            if not decision.was_fitted:
                engine.remember(decision.line, decision.category, is_correction=decision.is_correction)
    for logged in record:
        outcome = Outcome(float(logged.confidence), logged.is_right, logged.was_accepted)
        engine.count(outcome, plain=float(logged.plain))
    engine.settle()
    return engine


def newcomer(*, categories: Sequence[Category], shared: Shared) -> Engine | None:
    """Return an engine that knows nothing but what other books learned; nothing without the extra ``ml``."""
    if not has_model():
        return None
    engine = Engine(with_model=False, least_opinion=LEAST_SHARED)
    engine.model = importlib.import_module("ledgerflow.learning.model").Model(_base(), _read(shared))
    engine.tell([each.title for each in categories], names=[each.name for each in categories])
    return engine


def share(seen: Iterable[Seen]) -> Shared | None:
    """Return the base model of what several books decided; nothing where they have too little in common."""
    if not has_model():
        return None
    made = importlib.import_module("ledgerflow.learning.making").make_base(seen)
    if made is None:
        return None
    archive: bytes = made.stored()
    return Shared(archive, hashlib.sha256(archive).hexdigest())


def answer(engine: Engine, line: Line) -> Answer:
    """Return what the engine says of a line."""
    guess = engine.guess(line)
    return Answer(
        prediction=guess.prediction,
        confidence=Decimal(f"{guess.prediction.confidence:.4f}"),
        plain=Decimal(f"{guess.plain:.6f}"),
        features=features_of(line),
    )


def features_of(line: Line) -> str:
    """Return 16 hexadecimal digits that stand for everything of the line that an answer depends on."""
    said = "\x1f".join((payee_key(line.text), line.account, f"{line.amount.normalize():f}"))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def is_sampled(line_id: int, features: str) -> bool:
    """Whether a line that could be accepted without a person is shown to one, so that the record stays true.

    It hangs on the line alone: nobody chooses it, and asking twice gives the same answer.
    """
    drawn = hashlib.sha256(f"{line_id} {features}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % SAMPLED == 0


def record_of(record: Sequence[Logged], *, promise: Decimal) -> Record:
    """Return the record of the logged predictions, with its bar set."""
    made = Record(promise=float(promise))
    for logged in record:
        made.add(Outcome(float(logged.confidence), logged.is_right, logged.was_accepted))
    made.refresh()
    return made


def tolerated_of(promise: Decimal) -> int:
    """Return how many of the latest lines accepted without a person may be wrong before more is asked of the record."""
    return tolerated(promise=float(promise))


def stricter_than(promise: Decimal) -> Decimal:
    """Return the share that is asked of the record then."""
    return Decimal(f"{stricter(float(promise)):.4f}")


def is_fit_due(*, new: int, fitted: int, is_undone: bool = False) -> bool:
    """Whether enough was decided since the last fit or undone of it, and the extra that fits is installed."""
    return has_model() and (is_undone or (new >= FEWEST_NEW and new * SHARE_NEW >= fitted))


def fit(decisions: Sequence[Decision]) -> Weights | None:
    """Return the weights of a model of these decisions, the oldest first; none while they are too few or all alike."""
    if len(decisions) < FEWEST or not has_model():
        return None
    titles = tuple(dict.fromkeys(each.category for each in decisions))
    numbers = {title: number for number, title in enumerate(titles)}
    model = importlib.import_module("ledgerflow.learning.model").Model(_base())
    lines = [each.line for each in decisions]
    keys = [payee_key(line.text) for line in lines]
    if not model.fit(lines, keys, [numbers[each.category] for each in decisions]):
        return None
    archive: bytes = model.dump()
    return Weights(archive, hashlib.sha256(archive).hexdigest(), titles)


@lru_cache(maxsize=1)
def _base() -> Any:
    return importlib.import_module("ledgerflow.learning.base").Base.shipped()


@lru_cache(maxsize=8)
def _read(shared: Shared) -> Any:
    return importlib.import_module("ledgerflow.learning.base").Base.read(shared.archive)


@lru_cache(maxsize=8)
def _loaded(weights: Weights) -> Any:
    return importlib.import_module("ledgerflow.learning.model").Model.load(weights.archive, _base())
