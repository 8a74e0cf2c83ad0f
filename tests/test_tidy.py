"""The conventions of CONTRIBUTING.md that no linter knows. Each finding says where and what to do."""

import ast
import re
import tomllib
from collections.abc import Iterable
from pathlib import PurePosixPath

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from tests.sources import calls, files, own_files, python_files, text, tree

MOST_LINES = 500
MOST_LINES_OF_A_FUNCTION = 70
MOST_METHODS = 20

#: Where amounts live: nothing here may ever be a binary fraction.
MONEY = (
    "ledgerflow/core/money.py",
    "ledgerflow/ledger/",
    "ledgerflow/statements/",
    "ledgerflow/payees/",
    "ledgerflow/classification/",
    "ledgerflow/posting/",
    "ledgerflow/reconciliation/",
    "ledgerflow/review/",
    "ledgerflow/reports/",
    "ledgerflow/taxes/",
    "ledgerflow/taxforms/",
    "ledgerflow/exchange/",
    "ledgerflow/agent/place.py",
    "ledgerflow/agent/services/record.py",
    "tools/contract.py",
    "tools/_shared/amounts.py",
)

#: Modules and folders that speak SQL, and why the ORM does not do there.
SPEAKS_SQL = {
    "ledgerflow/core/jobs.py": "reads the queue's own tables",
    "ledgerflow/core/problems.py": "plans queries over whole books as joins of sets",
    "ledgerflow/books/scope.py": "names book and user to the session",
    "ledgerflow/cli/database.py": "holds an advisory lock while it migrates",
    "ledgerflow/pipeline/services/_bringing.py": "limits how long a page may wait and ask",
    "ledgerflow/ops/": "asks the server about itself",
    "ledgerflow/ledger/services/": "posts sets through the functions that guard the journal",
    "ledgerflow/ledger/selectors/": "adds up movements and part months in one query",
    "ledgerflow/asking/limits.py": "counts a use in one statement",
    "ledgerflow/statements/services/": "recognizes and stores lines as sets",
    "ledgerflow/statements/chain_selectors.py": "adds up the lines that pairs of statements share",
    "ledgerflow/statements/twin_selectors.py": "finds what is said of both lines of each pair in one query",
    "ledgerflow/statements/stored.py": "brings sets of lines in by COPY",
    "ledgerflow/payees/services.py": "identifies payees as a set",
    "ledgerflow/classification/services/": "classifies and decides as sets",
    "ledgerflow/classification/record_selectors.py": "the latest decisions of each of many payees, at once",
    "ledgerflow/posting/services/": "turns lines into entries as a set",
    "ledgerflow/posting/selectors.py": "finds the bank lines behind thousands of entries in one query",
    "ledgerflow/posting/transfer_selectors.py": "finds the other sides of lines in one query",
    "ledgerflow/posting/opening_selectors.py": "finds the earliest statement of every bank account in one query",
    "ledgerflow/posting/accrual_selectors.py": "adds up what documents move, as sets",
    "ledgerflow/posting/tag_selectors.py": "adds up tagged entries as sets",
    "ledgerflow/posting/receipt_selectors.py": "adds up what lines without a receipt cost in one query",
    "ledgerflow/posting/payee_selectors.py": "adds up posted lines by payee in one query",
    "ledgerflow/review/close_selectors.py": "counts what is open in one query each",
    "ledgerflow/review/line_search.py": "finds the latest lines of every bank account in one query",
    "ledgerflow/reports/schedule_c_lines.py": "adds up lines with their evidence as sets",
    "ledgerflow/reconciliation/selectors.py": "finds what an open line may repeat, as a set",
    "ledgerflow/reconciliation/sides.py": "tells what is open in the books from what is settled, as a set",
    "ledgerflow/exchange/services/": "brings whole tables in by COPY",
    "ledgerflow/toolbox/services/pruning.py": "takes families of runs away as sets, as the owner",
    "ledgerflow/toolbox/services/registry.py": "holds an advisory lock while it registers tools",
    "ledgerflow/review/selectors.py": "counts the tabs and gathers alternatives in one query each",
    "ledgerflow/review/record_selectors.py": "counts a record month by month, in one pass",
}

#: Modules that look at the environment; settings come from `config.env` alone.
READS_ENVIRONMENT = {
    "config/env.py": "reads every setting",
    "config/wsgi.py": "names the settings module",
    "manage.py": "names the settings module",
    "ledgerflow/cli/__init__.py": "names the settings module",
    "ledgerflow/cli/processes.py": "hands it to web and worker",
    "ledgerflow/embedded/server.py": "hands it to the supervisor without PG* variables",
    "ledgerflow/toolbox/sandbox.py": "hands a few harmless variables to the reader's process",
}


def report(findings: Iterable[str]) -> None:
    found = sorted(findings)
    assert not found, "\n" + "\n".join(found)


def test_no_file_has_more_than_500_lines() -> None:
    report(
        f"{name}: {count} lines; split it by noun (stop at {MOST_LINES}, think at 300)."
        for name in own_files(".py", ".sql", ".html", ".js", ".css", ".md")
        if "/migrations/" not in name or name.endswith(".sql")
        if (count := text(name).count("\n")) > MOST_LINES
    )


def test_no_function_has_more_than_70_lines() -> None:
    report(
        f"{name}:{node.lineno}: {node.name} has {length} lines; stop at {MOST_LINES_OF_A_FUNCTION}."
        for name in python_files(tests=True)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    )


def test_no_class_has_more_than_20_methods() -> None:
    report(
        f"{name}:{node.lineno}: {node.name} has {count} methods; split it by noun."
        for name in python_files(tests=True)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ClassDef)
        if (count := sum(isinstance(part, ast.FunctionDef) for part in node.body)) > MOST_METHODS
    )


def test_no_module_is_called_after_nothing() -> None:
    report(
        f"{name}: name the module after what it is about."
        for name in own_files(".py")
        if PurePosixPath(name).stem in {"utils", "util", "helpers", "helper", "misc", "common", "tools"}
    )


def test_no_float_comes_near_money() -> None:
    # Tools may weigh guesses in shares, but never turn a text into a float.
    findings = [
        f"{name}:{line}: float() has no place where amounts are read; use Decimal."
        for name in python_files()
        if name.startswith("tools/")
        for line, receiver, called in calls(name)
        if called == "float" and not receiver
    ]
    for name in python_files():
        if not name.startswith(MONEY):
            continue
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                findings.append(
                    f"{name}:{node.lineno}: {node.value} is a float; write Decimal('{node.value}')."
                )
            if isinstance(node, ast.Name) and node.id == "float":
                findings.append(f"{name}:{node.lineno}: float has no place near money; use Decimal.")
            if isinstance(node, ast.Attribute) and node.attr == "FloatField":
                findings.append(
                    f"{name}:{node.lineno}: FloatField has no place near money; use DecimalField."
                )
    report(findings)


def test_only_services_and_models_write_rows() -> None:
    writing = {"create", "save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    report(
        f"{name}:{line}: {receiver}.{called}() writes; let a service of the app do it."
        for name in python_files()
        if name.startswith("ledgerflow/")
        if not {"services", "models"} & set(PurePosixPath(name).with_suffix("").parts)
        for line, receiver, called in calls(name)
        if receiver not in {"", "self"} and called in writing
    )


def test_imports_stand_at_the_top_where_the_layers_see_them() -> None:
    findings = []
    for name in python_files():
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                findings += [
                    f"{name}:{inner.lineno}: import inside {node.name}(); move it up or the code to another app."
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
            if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING":
                findings.append(f"{name}:{node.lineno}: TYPE_CHECKING hides an import from the layers.")
    report(findings)


def test_private_names_stay_in_their_app() -> None:
    findings = []
    for name in python_files():
        app = ".".join(PurePosixPath(name).parts[:2])
        for node in ast.walk(tree(name)):
            if (
                isinstance(node, ast.ImportFrom)
                and node.module
                and node.module.startswith(("ledgerflow", "tools"))
            ):
                private = [part.name for part in node.names if part.name.startswith("_")]
                private += [part for part in node.module.split(".")[2:] if part.startswith("_")]
                if private and not node.module.startswith((app, "tools._shared")):
                    findings.append(
                        f"{name}:{node.lineno}: {', '.join(private)} is private to {node.module}."
                    )
    report(findings)


def test_no_business_step_hangs_on_a_signal() -> None:
    report(
        f"{name}:{node.lineno}: a signal hides the order of things; call the service."
        for name in python_files()
        if name.startswith("ledgerflow/")
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.dispatch", "django.db.models.signals"))
    )


def test_only_listed_modules_speak_sql() -> None:
    speaking = {
        name
        for name in python_files()
        if name.startswith(("ledgerflow/", "config/"))
        for _, receiver, called in calls(name)
        if (receiver and called in {"cursor", "raw", "extra"}) or called == "RawSQL"
    }
    report(
        [
            f"{name}: speaks SQL; use the ORM or list it in SPEAKS_SQL with its reason."
            for name in speaking
            if not name.startswith(tuple(SPEAKS_SQL))
        ]
        + [
            f"{listed}: is listed in SPEAKS_SQL but speaks none (any more)."
            for listed in SPEAKS_SQL
            if not any(name.startswith(listed) for name in speaking)
        ]
    )


def test_only_listed_modules_look_at_the_environment() -> None:
    looking = {
        name
        for name in python_files()
        if name.startswith(("ledgerflow/", "config/", "tools/", "manage.py"))
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
        if isinstance(node.value, ast.Name) and node.value.id == "os"
    }
    report(
        [
            f"{name}: reads the environment; take the value from settings."
            for name in looking - READS_ENVIRONMENT.keys()
        ]
        + [
            f"{name}: is listed in READS_ENVIRONMENT but does not (any more)."
            for name in READS_ENVIRONMENT.keys() - looking
        ]
    )


def _layers() -> dict[str, int]:
    """Return the height of each app; apps of the same layer have the same."""
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {app.strip(): -at for at, layer in enumerate(layers) for app in layer.split("|")}


def test_every_foreign_key_goes_down_the_layers() -> None:
    heights = _layers()
    findings = []
    for model in apps.get_models():
        source = model.__module__.split(".")
        if source[0] != "ledgerflow":
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            target = field.related_model.__module__.split(".")
            if target[0] == "ledgerflow" and heights[target[1]] > heights[source[1]]:
                findings.append(
                    f"{model.__name__}.{field.name}: {source[1]} lies below {target[1]}; "
                    f"let {target[1]} own a link table."
                )
    report(findings)


def test_every_migration_is_named_as_a_clause_and_can_be_taken_back() -> None:
    findings = []
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if not type(migration).__module__.startswith("ledgerflow."):
            continue
        if not re.fullmatch(r"0001_initial|\d{4}_[a-z]+(_[a-z0-9]+)+", name) or "_auto_" in name:
            findings.append(f"{app} {name}: name it as a clause, such as 0002_guard_the_journal.")
        findings += [
            f"{app} {name}: {type(operation).__name__} has no reverse."
            for operation in migration.operations
            if not operation.reversible
        ]
    report(findings)


def test_every_sql_file_has_its_migration_and_its_reverse() -> None:
    present = set(files())
    findings = []
    for name in own_files(".sql"):
        if "/migrations/" not in name:
            continue
        base = name.removesuffix(".sql").removesuffix(".reverse")
        findings += [
            f"{name}: {base}{wanted} is missing."
            for wanted in (".py", ".sql", ".reverse.sql")
            if base + wanted not in present
        ]
    report(findings)


def test_every_function_in_sql_has_a_fixed_search_path() -> None:
    findings = []
    for name in own_files(".sql"):
        heads = re.findall(
            r"(CREATE (?:OR REPLACE )?FUNCTION\s+(\S+).*?AS\s+\$)", text(name), re.DOTALL | re.IGNORECASE
        )
        findings += [
            f"{name}: {called} has no fixed search_path; add SET search_path = pg_catalog, public, pg_temp."
            for head, called in heads
            if "search_path" not in head
        ]
    report(findings)


IN_TEMPLATES = {
    r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)": "a script without src: put it into a static file",
    r"<style\b": "a style element: put it into a static file",
    r"\sstyle\s*=": "a style attribute: use a class (the CSP refuses it)",
    r"\son[a-z]+\s*=": "an inline handler: use hx-* or a static script (the CSP refuses it)",
    r"\shx-on": "hx-on needs eval, which the CSP refuses",
    r"javascript:": "a javascript: address",
    r"\|\s*safe\b": "|safe: escape it, or build it with format_html",
    r"autoescape\s+off": "autoescape off",
    r"\s[a-z-]+=\"[^\"<>]*\{\{[^}]*\|(?:day|moment|money)\b[^}]*\}\}": "an element in an attribute: use |date",
    r"(?:src|srcset)\s*=\s*[\"']?(?:https?:)?//": "a file of another server: vendor it",
    r"<link[^>]*href\s*=\s*[\"']?(?:https?:)?//": "a style sheet of another server: vendor it",
}


@pytest.mark.parametrize("pattern", IN_TEMPLATES)
def test_no_template_holds(pattern: str) -> None:
    report(
        f"{name}:{text(name)[: match.start()].count(chr(10)) + 1}: {IN_TEMPLATES[pattern]}."
        for name in own_files(".html", ".svg")
        if "/templates/" in name
        for match in re.finditer(pattern, text(name))
    )


#: The one module that declares HTML safe: it escapes, and joins what is escaped, where format_html is too slow.
DECLARES_SAFE = "ledgerflow/reports/markup.py"


def test_no_markup_is_declared_safe_unseen() -> None:
    report(
        f"{name}:{line}: {called}() declares text safe; use format_html."
        for name in python_files()
        for line, _, called in calls(name)
        if called in {"mark_safe", "SafeString"} and name != DECLARES_SAFE
    )


def _tool_packages() -> list[str]:
    folders = {name.split("/")[1] for name in files() if name.startswith("tools/") and name.count("/") > 1}
    return sorted(folder for folder in folders if not folder.startswith("_"))


def test_every_tool_is_complete() -> None:
    present = set(files())
    findings = []
    for package in _tool_packages():
        home = f"tools/{package}"
        findings += [
            f"{home}/{wanted} is missing."
            for wanted in ("__init__.py", "README.md", "requirements.txt")
            if f"{home}/{wanted}" not in present
        ]
        if not any(name.startswith(f"{home}/tests/test_") for name in present):
            findings.append(f"{home}/tests/ holds no test.")
        if f"{home}/__init__.py" in present:
            assigned = {
                target.id
                for node in tree(f"{home}/__init__.py").body
                for target in (
                    node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                )
                if isinstance(target, ast.Name)
            }
            findings += [
                f"{home}: {name} is missing." for name in ("MANIFEST", "__all__") if name not in assigned
            ]
    report(findings)


# Put together here, so that this file does not find itself.
_MACHINE_PATHS = re.compile(
    "|".join(("/" + "work/", "/" + "root/", "/tmp" + "/lf", "/opt" + "/pypi", "/home" + "/[a-z]"))
)


def test_no_file_names_a_machine() -> None:
    findings = []
    for name in files():
        try:
            content = text(name)
        except UnicodeDecodeError:
            continue
        findings += [
            f"{name}:{at}: names a path of one machine."
            for at, line in enumerate(content.splitlines(), start=1)
            if _MACHINE_PATHS.search(line)
        ]
    report(findings)


def test_every_suppression_names_its_rule_and_its_reason() -> None:
    findings = []
    for name in python_files(tests=True):
        explained = ""
        for at, line in enumerate(text(name).splitlines(), start=1):
            match = re.search(
                r"# (noqa|type: ignore)(: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|\[[a-z-]+(?:, ?[a-z-]+)*\])?(.*)$", line
            )
            if match is None:
                explained = ""
                continue
            kind, rule, reason = match.groups()
            if not rule:
                findings.append(f"{name}:{at}: {kind} names no rule.")
            # One reason does for the lines that follow with the same rule.
            elif not re.search(r"[a-z]{3}", reason) and rule != explained:
                findings.append(f"{name}:{at}: {kind} gives no reason; add ' - why' behind it.")
            explained = rule or ""
    report(findings)


def test_generated_files_stay_out_of_git() -> None:
    report(
        f"{name}: is made by a program; do not commit it."
        for name in files()
        if name.endswith((".pyc", ".mo", ".sqlite3", ".log", ".coverage")) or "__pycache__" in name
    )
