"""Rules as YAML: read as written, and refused with a sentence that names the rule."""

import pytest

from ledgerflow.classification.errors import RuleError
from ledgerflow.classification.models import Rule
from ledgerflow.classification.rule_files import RuleText, read, written
from ledgerflow.classification.services import import_rules
from tests.classification.rows import NOW, Shop

HEAD = "ledgerflow_rules: 1\nrules:\n"


def test_rules_are_read_as_they_are_written():
    rules = [
        RuleText(
            "6530", text="shell: #1 'x'", direction="out", least="10.50", payee="Shell Öl", mode="accept"
        ),
        RuleText("0012", most="3", bank_account="no", active=False),
    ]

    assert read(written(rules).encode()) == rules


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "does not begin with"),
        ("a: [", "no YAML that can be read in line"),
        ("\xff", "no YAML|does not begin"),
        ("ledgerflow_rules: 2\nrules: []", "does not begin with"),
        (HEAD + "- 5", "Rule 1 is no list"),
        (HEAD + "- text: x", "says no account"),
        (HEAD + "- account: '1'\n  color: red", "says “color”"),
        (HEAD + "- account: '1'\n  active: maybe", "true or false"),
        (HEAD + "- account: '1'\n  text: [a]", "a text; put it in quotes"),
        (HEAD + "- &a {account: '1'}\n- *a", "refers to itself"),
        (HEAD + "- !!python/object/apply:os.system ['true']", "no YAML"),
        ("x" * 1_000_001, "more than 1 MB"),
        ("[" * 5000, "no YAML"),
    ],
)
def test_what_are_no_rules_is_refused(said, reason):
    with pytest.raises(RuleError, match=reason):
        read(said.encode("latin-1" if said == "\xff" else "utf-8"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("- account: '1'", "Rule 2: this book has no account 1"),
        ("- account: '6640'\n  text: x\n  bank_account: Nowhere", "Rule 2: this book has no bank account"),
        ("- account: '6640'\n  text: x\n  least: much", "“much” is no amount"),
        ("- account: '6640'\n  text: x\n  mode: always", "Rule 2: “always” is neither"),
        ("- account: '6640'\n  text: x\n  direction: up", "Rule 2: A rule is about money in"),
        (f"- account: '6640'\n  text: {'x' * 201}", "Rule 2: its text has more than 200"),
        ("- account: '6640'", "Rule 2: A rule needs a condition"),
    ],
)
def test_all_rules_come_in_or_none(said, reason):
    shop = Shop()
    content = f"{HEAD}- account: '6530'\n  text: shell\n{said}".encode()

    with pytest.raises(RuleError, match=reason):
        import_rules(book=shop.book, content=content, user=shop.user, now=NOW)

    assert not Rule.objects.exists()
