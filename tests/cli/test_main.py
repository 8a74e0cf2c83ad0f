import importlib.util
import subprocess
import sys

import pytest

from ledgerflow import cli
from ledgerflow.core.errors import LedgerFlowError

_BROKEN = """
from ledgerflow.core.errors import LedgerFlowError
HELP = "fails"
def add_arguments(parser):
    parser.add_argument("--how", default="known")
def run(options):
    if options.how == "known":
        raise LedgerFlowError("The book is closed; reopen it.")
    if options.how == "interrupt":
        raise KeyboardInterrupt
    raise ValueError("first line\\nsecond line")
"""


@pytest.fixture
def failing(tmp_path, monkeypatch):
    (tmp_path / "failing_command.py").write_text(_BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(cli.COMMANDS, "fail", cli.Command("failing_command", cli.Needs.NOTHING))


def test_without_a_command_it_lists_them_and_ends_with_2(capsys):
    assert cli.main([]) == 2

    printed = capsys.readouterr().out
    assert all(name in printed for name in cli.COMMANDS)


def test_help_it_gives_with_a_line_for_each_command(capsys):
    assert cli.main(["--help"]) == 0

    lines = capsys.readouterr().out.splitlines()
    for name in cli.COMMANDS:
        (line,) = [line for line in lines if line.split()[:1] == [name]]
        assert len(line.split()) > 2


def test_help_of_a_command_it_gives(capsys):
    assert cli.main(["read", "--help"]) == 0
    assert "FILE" in capsys.readouterr().out


def test_an_unknown_command_it_refuses_in_a_sentence(capsys):
    assert cli.main(["raed"]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "ledgerflow: there is no command “raed”; `ledgerflow --help` lists them.\n"


def test_an_error_it_prints_as_one_sentence(failing, capsys):
    assert cli.main(["fail"]) == 1
    assert capsys.readouterr().err == "ledgerflow fail: The book is closed; reopen it.\n"


def test_an_unexpected_error_it_prints_on_one_line_with_a_hint(failing, capsys):
    assert cli.main(["fail", "--how", "badly"]) == 1

    assert (
        capsys.readouterr().err
        == "ledgerflow fail: first line second line (ValueError; --debug shows where)\n"
    )


@pytest.mark.parametrize("words", [["--debug", "fail"], ["fail", "--debug"]])
def test_the_traceback_it_shows_with_debug(failing, words):
    with pytest.raises(LedgerFlowError):
        cli.main(words)


def test_an_interrupt_ends_it_quietly(failing, capsys):
    assert cli.main(["fail", "--how", "interrupt"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_leaves_early_is_no_traceback(tmp_path):
    script = f"{sys.executable} -m ledgerflow.cli read {' '.join(['/missing'] * 2000)} | head -c 10"

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)

    assert "Traceback" not in done.stderr


def test_every_command_of_the_table_exists():
    for name, command in cli.COMMANDS.items():
        assert importlib.util.find_spec(command.module) is not None, name
