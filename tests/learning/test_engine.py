"""The engine over values: the same in, the same out; memory at once; nothing accepted early."""

import os
import random
import subprocess
import sys
from decimal import Decimal

import pytest

from ledgerflow.learning.base import Base
from ledgerflow.learning.engine import Engine
from ledgerflow.learning.model import Model
from ledgerflow.learning.values import Line, Prediction

SHOPS = {
    "TESCO STORES": "Groceries",
    "SAINSBURYS": "Groceries",
    "SHELL PETROL": "Fuel",
    "BP CONNECT FUEL": "Fuel",
    "HILTON HOTEL": "Travel",
    "TRAINLINE": "Travel",
    "STAPLES PAPER": "Office",
    "RYMAN STATIONERY": "Office",
}


def books(count: int, *, noise: float = 0.0) -> list[tuple[Line, str]]:
    chance = random.Random(1)
    found = []
    for _ in range(count):
        shop = chance.choice(sorted(SHOPS))
        amount = -Decimal(chance.randrange(100, 9999)) / 100
        category = chance.choice(sorted(set(SHOPS.values()))) if chance.random() < noise else SHOPS[shop]
        found.append((Line(f"{shop} {chance.randrange(1000, 9999)}", amount, "card"), category))
    return found


def lived(rows: list[tuple[Line, str]], *, with_model: bool = True) -> tuple[Engine, list[Prediction]]:
    engine = Engine(with_model=with_model)
    predictions = []
    for line, category in rows:
        if engine.is_refit_due:
            engine.refit()
        guess = engine.guess(line)
        predictions.append(guess.prediction)
        engine.learn(line, category, guess=guess)
    return engine, predictions


def test_identical_books_get_identical_answers():
    rows = books(150, noise=0.1)

    assert lived(rows)[1] == lived(rows)[1]


@pytest.mark.parametrize("with_model", [True, False])
def test_nothing_is_accepted_before_sixty_outcomes_and_much_after(with_model: bool):
    _, predictions = lived(books(300), with_model=with_model)

    assert not any(prediction.accept for prediction in predictions[:60])
    assert sum(prediction.accept for prediction in predictions[150:]) > 100


def test_noise_is_not_accepted():
    _, predictions = lived(books(300, noise=1.0))

    assert sum(prediction.accept for prediction in predictions) < 10


@pytest.mark.parametrize("with_model", [True, False])
def test_a_correction_changes_the_next_prediction_of_the_payee_at_once(with_model: bool):
    engine, _ = lived(books(60), with_model=with_model)
    line, other_amount = (
        Line("TESCO STORES 1231", Decimal(-9), "card"),
        Line("TESCO STORES 1232", Decimal(-7), "card"),
    )
    assert engine.predict(line).category == "Groceries"

    engine.learn(line, "Gifts")

    assert engine.predict(line).category == "Gifts"
    assert engine.predict(other_amount).category == "Gifts"
    assert "corrected to Gifts" in engine.predict(line).why
    assert engine.predict(Line("SHELL PETROL 1231", Decimal(-9), "card")).category == "Fuel"


def test_a_line_that_was_corrected_stays_corrected_after_the_model_learned():
    engine, _ = lived(books(60))
    line = Line("TESCO STORES 1231", Decimal(-9), "card")
    engine.learn(line, "Gifts")

    engine.refit()

    assert engine.predict(line).category == "Gifts"


def test_without_the_model_a_payee_that_nobody_decided_about_gets_no_answer():
    engine, _ = lived(books(60), with_model=False)

    prediction = engine.predict(Line("UNHEARD OF LTD", Decimal(-5), "card"))

    assert (prediction.category, prediction.accept, prediction.source) == (None, False, "none")
    assert "Unheard" in prediction.why


def test_the_model_knows_payees_by_the_likeness_of_their_names():
    engine, _ = lived(books(120))
    engine.refit()

    prediction = engine.predict(Line("TRAINLINE.CO LONDON", Decimal(-50), "other card"))

    assert prediction.category == "Travel"
    assert len(prediction.alternatives) == 3


def test_a_line_of_no_text_and_no_memory_says_so():
    assert Engine(with_model=False).predict(Line("", Decimal(0))).why == "The bank gives no text to go by."


def test_a_payee_that_a_person_named_is_answered_by_that_name():
    engine = Engine(with_model=False)
    engine.learn(Line("AMZN MKTP 123", Decimal(-1)), "Office", payee="The Shop")

    assert engine.predict(Line("AMZN MKTP 987", Decimal(-2))).payee == "The Shop"


def test_a_stored_model_answers_as_before_and_holds_no_code():
    rows = books(200)
    model = Model(Base.shipped())
    names = sorted(set(SHOPS.values()))
    lines = [line for line, _ in rows]
    keys = [line.text.rsplit(" ", 1)[0].lower() for line in lines]
    model.fit(lines, keys, [names.index(category) for _, category in rows])

    stored = model.dump()
    read = Model.load(stored, Base.shipped())

    assert b"pickle" not in stored
    assert len(stored) < 3_000_000
    for line, key in zip(lines[:20], keys, strict=False):
        said, before = (each.rank(line, key, categories=names, base_weight=0.3) for each in (read, model))
        assert said == pytest.approx(before, abs=0.05)


def test_the_command_line_starts_without_the_libraries_of_the_model():
    asked = (
        "import sys, ledgerflow.cli, ledgerflow.cli.read, ledgerflow.learning.engine;"
        "print([name for name in ('numpy', 'scipy', 'sklearn') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=os.environ
    )

    assert done.stdout.strip() == "[]"
