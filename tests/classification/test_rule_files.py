"""Rules as YAML: read as written, and refused with a sentence that names the rule."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.errors import RuleError
from ledgerflow.classification.models import Rule
from ledgerflow.classification.rule_files import RuleText, read, written
from ledgerflow.classification.services import import_rules
from ledgerflow.classification.services.exchanged import Imported
from tests.classification.rows import NOW, Shop
from tests.factories import AccountFactory

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
        (HEAD + '- account: "1"\n  text: "a\\0b"', r"Rule 1 holds a character .* \(U\+0000\)"),
        (HEAD + '- account: "1"\n  payee: "\\ud83d"', r"Rule 1 holds a character .* \(U\+D83D\)"),
        (HEAD + '- "\\udc00": x', r"Rule 1 holds a character .* \(U\+DC00\)"),
        (HEAD + f"- account: 0x{'f' * 9000}", "a text; put it in quotes"),
        (HEAD + "- account: a\0b", "no YAML"),
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
        (f"- account: '6640'\n  text: {'x' * 201}", "Rule 2: A rule's text has at most 200"),
        ("- account: '6640'", "Rule 2: A rule needs a condition"),
        ("- account: '6640'\n  text: x\n  least: '9'\n  most: '2'", "Rule 2: The least amount is above"),
        (f"- account: '6640'\n  text: x\n  payee: {'x' * 161}", "Rule 2: A payee's name has 1 to 160"),
        ("- account: '1'\n  text: x", "Rule 2: this book has no account 1"),
        ("- account: '7000'\n  text: x", "Rule 2: the account 7000 is archived"),
    ],
)
def test_all_rules_come_in_or_none(said, reason):
    shop = Shop()
    AccountFactory(book=shop.book, code="7000", name="Old", is_archived=True)
    content = f"{HEAD}- account: '6530'\n  text: shell\n{said}".encode()

    with pytest.raises(RuleError, match=reason):
        import_rules(book=shop.book, content=content, user=shop.user, now=NOW)

    assert not Rule.objects.exists()


@pytest.mark.django_db
def test_rules_come_in_as_a_set_in_their_order():
    counts = []
    for count in (1, 40):
        shop = Shop()
        said = [
            RuleText("6530", text=f"shell {number}", payee=f"Shell {number % 3}", active=number > 0)
            for number in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            done = import_rules(book=shop.book, content=written(said).encode(), user=shop.user, now=NOW)
        counts.append(len(queries))
        made = Rule.objects.filter(book=shop.book).order_by("position")
        assert [(rule.text, rule.payee.name, rule.is_active) for rule in made] == [
            (each.text, each.payee, each.active) for each in said
        ]
        assert done == Imported(made=count, known=0)

    assert counts[0] == counts[1]
