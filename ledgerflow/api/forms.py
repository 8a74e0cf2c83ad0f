"""The form by which a person makes a token."""

from datetime import timedelta
from typing import Any

from django import forms

from ledgerflow.api.models import Scope
from ledgerflow.books.models import Book
from ledgerflow.books.selectors import books_for
from ledgerflow.users.models import User

_LIVES = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year"))


class TokenForm(forms.Form):
    """What the token is for, what it may do, in which book, and for how long."""

    name = forms.CharField(
        max_length=80,
        label="What it is for",
        widget=forms.TextInput(attrs={"placeholder": "Claude Desktop on my laptop", "autocomplete": "off"}),
    )
    scopes = forms.TypedMultipleChoiceField(
        coerce=Scope,
        label="What it may do",
        choices=[
            (Scope.READ, "Read the books"),
            (Scope.TOOLS, "Run enabled tools that stay on this machine"),
            (
                Scope.NETWORK,
                "Run those that use the network too: what the program writes leaves this machine",
            ),
            (Scope.PROPOSE, "Propose changes, which a person accepts"),
        ],
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )
    book = forms.ModelChoiceField(
        queryset=Book.objects.none(), required=False, label="Book", empty_label="Every book that I may open"
    )
    days = forms.TypedChoiceField(choices=_LIVES, coerce=int, initial=90, label="Expires after")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["book"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = books_for(user=user)

    @property
    def valid_for(self) -> timedelta:
        """How long the token lasts."""
        return timedelta(days=self.cleaned_data["days"])
