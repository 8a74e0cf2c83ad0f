"""Forms about questions: asking, answering as a member, answering as the client."""

from typing import Any

from django import forms

from ledgerflow.asking.models import LONGEST_TEXT
from ledgerflow.asking.selectors import colleagues
from ledgerflow.asking.services import DEFAULT_DAYS, MOST_DAYS
from ledgerflow.books.models import Book
from ledgerflow.documents.services import LARGEST_RECEIPT
from ledgerflow.users.models import User

_CLIENT = "client"


class AskForm(forms.Form):
    """What to ask about a line, and whom."""

    question = forms.CharField(
        max_length=LONGEST_TEXT, label="Question", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    of = forms.ChoiceField(label="Whom")
    days = forms.IntegerField(
        min_value=1, max_value=MOST_DAYS, initial=DEFAULT_DAYS, label="Days that a link is good for"
    )

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._members = {str(each.user_id): each.user for each in colleagues(book=book)}
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (_CLIENT, "the client, by a link"),
            *((key, str(user)) for key, user in self._members.items()),
        ]

    @property
    def asked_of(self) -> User | None:
        """The member who is asked; nobody where it is the client."""
        return self._members.get(self.cleaned_data["of"])


class AnswerForm(forms.Form):
    """What a member answers."""

    answer = forms.CharField(
        max_length=LONGEST_TEXT, label="Answer", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ClientAnswerForm(forms.Form):
    """What the client answers: words, a receipt, or both."""

    answer = forms.CharField(
        max_length=LONGEST_TEXT, required=False, label="Your answer", widget=forms.Textarea(attrs={"rows": 4})
    )
    receipt = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="Receipt or invoice",
        help_text="PDF, a picture or text, 20 MB at most. A photo of paper will do.",
    )

    def clean_receipt(self) -> Any:
        """Refuse what is too large before it is read into memory."""
        file = self.cleaned_data["receipt"]
        if file is not None and file.size > LARGEST_RECEIPT:
            raise forms.ValidationError(
                "The file is larger than 20 MB. Scan it with fewer dots, or save it as PDF."
            )
        return file
