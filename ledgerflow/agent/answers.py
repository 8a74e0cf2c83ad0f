"""The one form in which a model may answer: an account of the chart, or nothing. Pure."""

import json
from typing import Any

from ledgerflow.agent.errors import WrongAnswerError
from ledgerflow.agent.values import ModelAnswer, Offer, Question
from ledgerflow.core.foreign_text import stripped

#: The function by whose arguments a model answers.
ANSWER = "answer"
PAYEE_LENGTH = 80
REASON_LENGTH = 240
EVIDENCE_LENGTH = 160
MOST_EVIDENCE = 5
_LONGEST_ANSWER = 20_000
_FIELDS = frozenset({"payee", "account", "tax_line", "reason", "evidence"})


def answer_offer(question: Question) -> Offer:
    """Return the function that answers the question: its account is an enumeration of the chart's codes, or null."""
    text = {"type": "string"}
    return Offer(
        name=ANSWER,
        description="Give the answer. Leave account null when you are not sure: that is a right answer.",
        schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "payee": {**text, "description": "Who it is, in a few words; empty when unknown."},
                "account": {
                    "description": "The code of the account, or null when unsure.",
                    "anyOf": [
                        {"type": "string", "enum": [one.code for one in question.accounts]},
                        {"type": "null"},
                    ],
                },
                "tax_line": {
                    "description": "The tax line, or null.",
                    "anyOf": [{"type": "string", "enum": list(question.tax_lines)}, {"type": "null"}]
                    if question.tax_lines
                    else [{"type": "null"}],
                },
                "reason": {**text, "description": "One short sentence."},
                "evidence": {
                    "type": "array",
                    "items": text,
                    "description": "What you go by, at most five short items.",
                },
            },
            "required": sorted(_FIELDS),
        },
    )


def read_answer(written: str, question: Question) -> ModelAnswer | None:
    """Return the answer, or ``None`` where the model is not sure.

    Raises:
        WrongAnswerError: it is no JSON object of the schema, or names an account or tax line that was not offered.
    """
    facts = _object(written)
    account = facts.get("account")
    if account is None:
        return None
    if account not in {one.code for one in question.accounts}:
        raise WrongAnswerError("The account is none of the codes that were offered.")
    tax_line = facts.get("tax_line")
    if tax_line is not None and tax_line not in question.tax_lines:
        raise WrongAnswerError("The tax line is none of those that were offered.")
    evidence = facts.get("evidence") or []
    if not isinstance(evidence, list) or not all(isinstance(one, str) for one in evidence):
        raise WrongAnswerError("The evidence is no list of texts.")
    return ModelAnswer(
        payee=stripped(_text(facts, "payee"), PAYEE_LENGTH),
        account=str(account),
        tax_line=tax_line,
        reason=stripped(_text(facts, "reason"), REASON_LENGTH),
        evidence=tuple(stripped(one, EVIDENCE_LENGTH) for one in evidence[:MOST_EVIDENCE]),
    )


def _object(written: str) -> dict[str, Any]:
    if len(written) > _LONGEST_ANSWER:
        raise WrongAnswerError(f"The answer is longer than {_LONGEST_ANSWER} characters.")
    try:
        facts = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise WrongAnswerError("The answer is no JSON.") from error
    if facts is None:
        return {}
    if not isinstance(facts, dict):
        raise WrongAnswerError("The answer is no JSON object.")
    if not facts.keys() <= _FIELDS:
        raise WrongAnswerError("The answer has fields that nobody asked for.")
    if "account" not in facts:
        raise WrongAnswerError("The answer names no account, and does not say null either.")
    if facts["account"] is not None and not isinstance(facts["account"], str):
        raise WrongAnswerError("The account is no text.")
    if facts.get("tax_line") is not None and not isinstance(facts["tax_line"], str):
        raise WrongAnswerError("The tax line is no text.")
    return facts


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name) or ""
    if not isinstance(value, str):
        raise WrongAnswerError(f"The {name} is no text.")
    return value
