"""``ledgerflow tools run``: a result on stdout, a sentence and a status otherwise."""

import json
from contextlib import nullcontext

import pytest

from ledgerflow import cli
from ledgerflow.cli import tool_run
from ledgerflow.toolbox.models import Asker
from tests.toolbox.workbench import bench

__all__ = ["bench"]


@pytest.fixture
def run(bench, monkeypatch, capsys):
    monkeypatch.setattr(tool_run, "running", nullcontext)  # the test's database is up

    def act(*words):
        status = cli.main(["tools", "run", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return act


def test_it_prints_the_result_and_names_the_run(bench, run):
    path = bench.tool("return Said(text, len(text))", arguments="text: str")

    status, out, err = run(path, "--json", '{"text": "Grüße"}', "--book", bench.book.slug)

    row = bench.run(path)
    assert (status, json.loads(out)) == (0, {"text": "Grüße", "number": 5})
    assert f"Run {row.pk}." in err
    assert (row.asked_through, row.book, row.asked_by) == (Asker.COMMAND, bench.book, bench.admin)


def test_it_tells_failure_from_bad_input(bench, run):
    failing = bench.tool("raise ToolError('The bank is closed.')")

    status, out, err = run(failing)
    assert (status, out) == (1, "")
    assert f"The bank is closed. (run {bench.run(failing).pk})" in err
    for words in (
        [failing, "--json", '{"text": 1}'], [failing, "--json", "[1]"], [failing, "--json", "{"],
        ["tools.nothing.act"], [],
    ):  # fmt: skip
        status, out, err = run(*words)
        assert (status, out) == (2, ""), err
        assert err.strip()


def test_without_a_book_only_a_firm_administrator_calls(bench, run):
    path = bench.tool("return Said('x')")

    assert run(path, "--user", bench.user.email)[0] == 1
    assert run(path, "--user", bench.user.email, "--book", bench.book.slug)[0] == 0
    assert run(path, "--user", bench.admin.email)[0] == 0
