import sys
from pathlib import Path

import pytest

import tools
from ledgerflow.toolbox.loader import (
    ToolBrokenError,
    ToolLoadError,
    ToolMissingError,
    ToolPathError,
    describe_package,
    load,
    package_names,
)

_MANIFEST = """
from tools.contract import Manifest
MANIFEST = Manifest(version="1", kind="search", summary="A tool for tests.")
"""


@pytest.fixture
def make_package(tmp_path, monkeypatch):
    """Put a tool package on the path of ``tools`` for the time of a test."""
    before = set(sys.modules)
    monkeypatch.setattr(tools, "__path__", [*tools.__path__, str(tmp_path)])

    def make(name: str, source: str, **modules: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text(source)
        for module, text in modules.items():
            (folder / f"{module}.py").write_text(text)
        return folder

    yield make
    for module in set(sys.modules) - before:
        if module.startswith("tools."):
            del sys.modules[module]
            if hasattr(tools, module.removeprefix("tools.")):
                delattr(tools, module.removeprefix("tools."))


def test_a_public_function_of_a_package_it_loads():
    function = load("tools.ofx_statement.claims")

    assert function(b"<OFX>", "") is True


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tools",
        "tools.ofx_statement",
        "tools.ofx_statement.",
        "tools..claims",
        ".tools.ofx_statement.claims",
        "os.path.join",
        "tools.os.path.join",
        "tools.ofx_statement._reader.read",
        "tools.ofx_statement._reader",
        "tools._shared.amounts",
        "tools.__init__.x",
        "tools.ofx_statement.__doc__",
        "tools.ofx_statement.claims\n",
        "tools.ofx_statement.claims ",
        " tools.ofx_statement.claims",
        "Tools.ofx_statement.claims",
        "tools.OFX_statement.claims",
        "tools.ofx_statement.Claims",
        "tools.ofx_statement.claims()",
        "tools/ofx_statement/claims",
        "tools.ofx-statement.claims",
        "tools.2ofx.claims",
        "tools.ofx_statement.claims\uff12",
        "tools.ofx_statement.cläims",
        "tools.ofx_statement.claims\0",
        "tools.ofx_statement:claims",
    ],
)
def test_a_path_of_another_form_it_refuses(path):
    with pytest.raises(ToolPathError):
        load(path)


@pytest.mark.parametrize(
    "path",
    [
        "tools.os.system",
        "tools.sys.exit",
        "tools.contract.dataclass",
        "tools.nothing_here.run",
        "tools.ofx_statement.read",
        "tools.ofx_statement.re",
        "tools.ofx_statement.tests",
        "tools.ofx_statement.nothing",
    ],
)
def test_what_no_package_offers_it_refuses(path):
    with pytest.raises(ToolMissingError):
        load(path)


def test_a_name_it_refuses_that_is_imported_but_not_offered(make_package):
    make_package("leaky", _MANIFEST + "from os import system\n__all__ = []\n")

    with pytest.raises(ToolMissingError, match="does not offer"):
        load("tools.leaky.system")


@pytest.mark.parametrize("offered", ["system", "run", "value"])
def test_an_offered_name_it_refuses_that_is_no_function_of_the_package(make_package, offered):
    source = (
        "from os import system\nfrom subprocess import run\nvalue = 3\n__all__ = ['system', 'run', 'value']\n"
    )
    make_package("borrowing", _MANIFEST + source)

    with pytest.raises(ToolBrokenError, match="no function of its own"):
        load(f"tools.borrowing.{offered}")


def test_an_offered_name_it_refuses_that_does_not_exist(make_package):
    make_package("empty_promise", _MANIFEST + "__all__ = ['gone']\n")

    with pytest.raises(ToolBrokenError):
        load("tools.empty_promise.gone")


def test_a_function_of_a_private_module_it_loads_where_the_package_offers_it(make_package):
    source = "from tools.layered._inner import answer\n__all__ = ['answer']\n"
    make_package("layered", _MANIFEST + source, _inner="def answer():\n    return 42\n")

    assert load("tools.layered.answer")() == 42


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("__all__ = ['run']\ndef run(): ...\n", "no MANIFEST"),
        ("MANIFEST = {'version': '1'}\n__all__ = ['run']\ndef run(): ...\n", "no MANIFEST"),
        (_MANIFEST + "def run(): ...\n", "__all__"),
        (_MANIFEST + "__all__ = 'run'\ndef run(): ...\n", "__all__"),
        ("import module_that_is_not_installed\n", "module_that_is_not_installed"),
        ("raise ValueError('at import')\n", "at import"),
        ("def broken(:\n", "SyntaxError"),
    ],
)
def test_a_broken_package_it_names_with_its_problem(make_package, source, problem):
    make_package("broken_one", source)

    with pytest.raises(ToolBrokenError, match=problem):
        load("tools.broken_one.run")

    found = describe_package("broken_one")
    assert found.manifest is None
    assert problem in found.problem


def test_every_package_of_the_tree_it_finds_and_loads():
    packages = {name: describe_package(name) for name in package_names()}

    assert packages["ofx_statement"].functions == ("claims", "read_statement")
    assert packages["ofx_statement"].manifest.kind == "statement_reader"
    assert not [package.problem for package in packages.values() if package.problem]
    assert not {"contract", "_shared"} & packages.keys()


def test_every_refusal_it_makes_with_a_sentence():
    for path in ("tools.os.system", "os.system", "tools.ofx_statement.read"):
        with pytest.raises(ToolLoadError) as caught:
            load(path)
        assert str(caught.value).endswith(".")
