"""The line protocol: one answer a line, whatever the line says."""

import json
import subprocess
import sys

import pytest

from ledgerflow.learning.engine import Engine
from ledgerflow.learning.stream import Stream


def said(stream: Stream, asked: object) -> dict:
    return json.loads(stream.answer(json.dumps(asked).encode()))


def line(number: int, **more: object) -> dict:
    return {
        "id": number, "date": "2026-01-02", "amount": "-4.20", "currency": "EUR", "description": "TESCO STORES 3820",
        "account": "card", **more,
    }  # fmt: skip


def test_it_learns_as_it_goes():
    stream = Stream(Engine(with_model=False))

    before = said(stream, {"predict": line(1)})
    learned = said(stream, {"learn": line(1, category="Groceries", payee=None)})
    after = said(stream, {"predict": line(2)})

    assert (before["id"], before["category"], before["accept"]) == (1, None, False)
    assert learned == {"learned": True}
    assert (after["category"], after["payee"], after["source"]) == ("Groceries", "Tesco Stores", "memory")
    assert after["why"] == "The last Tesco Stores line was Groceries."
    assert 0 < after["confidence"] < 1


def test_the_first_line_may_name_the_categories():
    stream = Stream(Engine(with_model=False))

    assert said(stream, {"categories": ["Groceries", "Fuel"]}) == {"categories": 2}
    assert stream.engine.categories == ["Groceries", "Fuel"]


@pytest.mark.parametrize(
    "raw",
    [
        b"garbage",
        b"[1]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"predict": 1}',
        b'{"predict": {"id": 1}}',
        b'{"predict": {"amount": "x"}}',
        b'{"predict": {"amount": "NaN"}}',
        b'{"predict": {"amount": "1e999"}}',
        b'{"predict": {"amount": true}}',
        b'{"predict": {"amount": "1", "description": ["a"]}}',
        b'{"learn": {"amount": "1", "description": "a"}}',
        b'{"learn": {"amount": "1", "category": " "}}',
        b'{"categories": ["a", 1]}',
    ],
)
def test_a_malformed_line_is_answered_with_a_sentence_and_the_next_one_is_read(raw: bytes):
    stream = Stream(Engine(with_model=False))

    refused = json.loads(stream.answer(raw + b"\n"))

    assert refused["error"].startswith("Line 1: ")
    assert refused["error"].endswith(".")
    assert said(stream, {"predict": line(2)})["id"] == 2


def test_an_empty_line_is_passed_over():
    assert Stream(Engine(with_model=False)).answer(b" \n") == ""


def test_a_prediction_of_another_line_with_the_same_id_is_not_counted():
    stream = Stream(Engine(with_model=False))
    said(stream, {"learn": line(1, category="Groceries")})
    said(stream, {"predict": line(2)})

    said(stream, {"learn": line(2, description="SOMEBODY ELSE", category="Fuel")})

    assert not stream.engine.record.outcomes


def test_the_command_answers_each_line_before_it_reads_the_next():
    command = [sys.executable, "-m", "ledgerflow.cli", "classify", "--stream"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        for number in range(30):
            running.stdin.write(json.dumps({"predict": line(number)}) + "\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == number
            category = "Groceries" if number % 2 else "Fuel"
            running.stdin.write(json.dumps({"learn": line(number, category=category)}) + "\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline()) == {"learned": True}
        running.stdin.close()

        assert running.wait(timeout=60) == 0


def test_the_command_says_how_to_use_it():
    done = subprocess.run(
        [sys.executable, "-m", "ledgerflow.cli", "classify"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "--stream" in done.stderr
