"""What a book allows the agent, as a form."""

from collections.abc import Sequence
from typing import Any

from django import forms

from ledgerflow.agent.models import AgentSettings, Privacy
from ledgerflow.agent.services import Allowed
from ledgerflow.agent.services.allow import MOST_CALLS, MOST_MONEY, MOST_TOKENS

_CHECK = {"class": "form-check-input"}


class AllowForm(forms.Form):
    """Consent, profile, budget and tools of one book."""

    is_enabled = forms.BooleanField(required=False, label="This book may ask the agent")
    asks_after_imports = forms.BooleanField(
        required=False,
        label="Ask by itself after each import",
        help_text="Otherwise it is asked only when somebody presses the button.",
    )
    privacy = forms.ChoiceField(
        choices=Privacy.choices, widget=forms.RadioSelect(attrs=_CHECK), label="Privacy profile"
    )
    calls_a_day = forms.IntegerField(min_value=0, max_value=MOST_CALLS, label="Requests a day at most")
    tokens_a_day = forms.IntegerField(
        min_value=0,
        max_value=MOST_TOKENS,
        label="Tokens a day at most",
        help_text="Tokens in and out together, as the endpoint counts them; about four characters each.",
    )
    money_a_day = forms.DecimalField(
        required=False,
        min_value=0,
        max_value=MOST_MONEY,
        max_digits=12,
        decimal_places=4,
        label="Money a day at most",
    )
    tools = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple(attrs=_CHECK), label="Tools that it may call"
    )

    def __init__(self, *args: Any, tools: Sequence[tuple[str, str]], currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.fields["tools"]
        assert isinstance(offered, forms.MultipleChoiceField)
        offered.choices = [(path, f"{path}: {summary}") for path, summary in tools]
        if not tools:
            del self.fields["tools"]
        if currency:
            self.fields["money_a_day"].help_text = f"In {currency}. Empty: no limit of money."
        else:
            del self.fields["money_a_day"]

    def allowed(self) -> Allowed:
        """Return what is to be allowed."""
        facts = self.cleaned_data
        return Allowed(
            is_enabled=facts["is_enabled"],
            asks_after_imports=facts["asks_after_imports"],
            privacy=facts["privacy"],
            calls_a_day=facts["calls_a_day"],
            tokens_a_day=facts["tokens_a_day"],
            money_a_day=facts.get("money_a_day"),
            tools=tuple(facts.get("tools", ())),
        )


def initial_of(kept: AgentSettings) -> dict[str, Any]:
    """Return what the form begins with."""
    return {
        "is_enabled": kept.is_enabled,
        "asks_after_imports": kept.asks_after_imports,
        "privacy": kept.privacy,
        "calls_a_day": kept.calls_a_day,
        "tokens_a_day": kept.tokens_a_day,
        "money_a_day": kept.money_a_day,
        "tools": kept.tools,
    }
