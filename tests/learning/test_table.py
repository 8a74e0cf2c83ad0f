"""The tables of the page about classification: means, pooled shares, and which targets are reached."""

import json

import pytest

from benchmarks.classification import __main__ as bench
from benchmarks.classification import payees
from benchmarks.classification.table import BEGIN, END, printed, written


def row(model, book, **figures):
    usual = {"acc_last50": 0.5, "n": 200, "cov_live": 0.0, "prec_live": None, "ece_raw": 0.05}
    return {**usual, "model": model, "set": book, **figures}


def test_means_are_of_books_and_what_was_accepted_is_of_lines():
    rows = [
        row("ours", "a", acc_last50=0.9, cov_live=1.0, prec_live=0.9),
        row("ours", "b", acc_last50=0.6, n=600, cov_live=0.5, prec_live=1.0),
        row("peer", "a"),
    ]

    models, targets = printed(rows, core=["a"], engine="ours").split("\n\n")

    assert "| ours | all 2 | 0.750 |" in models
    assert models.splitlines()[2].endswith("| 0.625 | 0.960 | 1 |")
    assert models.splitlines()[3].endswith("| 1.000 | 0.900 | 1 |")
    assert "| peer | all 1 | 0.500 |" in models
    assert "| second half | all | at least 0.715 | 0.750 | yes |" in targets
    assert "| calibration error | all | at most 0.04 | 0.050 | no |" in targets
    assert "| unseen | all | at least 0.5 |  | no |" in targets


def test_tables_take_the_place_of_those_in_the_document():
    assert written(f"x\n{BEGIN}\nold\n{END}\ny", "new") == f"x\n{BEGIN}\n\nnew\n\n{END}\ny"
    with pytest.raises(SystemExit):
        written("no place", "new")


def test_names_are_measured_alone(tmp_path, monkeypatch, capsys):
    pairs = [
        {"raw": "SQ *CORNER BAKERY #44", "clean": "Corner Bakery", "kind": "display"},
        {"raw": "CORNER BAKERY", "clean": "corner bakery", "kind": "key"},
        {"raw": "CORNER BAKERY", "clean": "The Bakery", "kind": "display"},
    ]
    (tmp_path / "data" / "open").mkdir(parents=True)
    (tmp_path / "data" / "open" / "payee_pairs.json").write_text(json.dumps(pairs))
    page = tmp_path / "page.md"
    page.write_text(f"x\n{payees.BEGIN}\nold\n{payees.END}\ny")
    monkeypatch.setattr(bench, "DOCUMENT", page)
    monkeypatch.setattr("sys.argv", ["bench", "payees", str(tmp_path), "--write"])

    bench.main()

    assert "| LedgerFlow, in case (keys: in words) | 2 of 3 | 66.7% |" in page.read_text()
    assert "| title case alone | 1 of 3 | 33.3% |" in page.read_text()
    assert "old" not in page.read_text()
    assert "Reached: no." in capsys.readouterr().out
