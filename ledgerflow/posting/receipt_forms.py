"""Forms about receipts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from ledgerflow.documents.models import Receipt
from ledgerflow.documents.services import LARGEST_RECEIPT

_FIRST_DAY = date(1900, 1, 1)
#: Files that one form takes; the disk holds them until they are kept, one by one.
_MOST_FILES = 20


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Any number of files, each checked like a single one."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files in the order they were chosen."""
        chosen = [one for one in (data if isinstance(data, Sequence) else [data]) if one]
        if len(chosen) > _MOST_FILES:
            raise forms.ValidationError(f"Give {_MOST_FILES} files at most at a time.")
        for one in chosen:
            if one.size > LARGEST_RECEIPT:  # said before it is read into memory
                raise forms.ValidationError(f"{one.name} is larger than 20 MB.")
        return [super(_FilesField, self).clean(one, initial) for one in chosen]


class AttachForm(forms.Form):
    """New files, or receipts that the book has."""

    def __init__(self, *args: Any, offered: Sequence[Receipt], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not declared in the class, where Django's own `files` has another type.
        self.fields["files"] = _FilesField(
            required=False,
            allow_empty_file=True,
            label="New receipts",
            help_text="PDF, pictures or text, 20 MB at most each. Or drop them on this page.",
        )
        if offered:
            self.fields["receipts"] = forms.TypedMultipleChoiceField(
                required=False,
                coerce=int,
                label="Receipts that are here",
                help_text="Those without a line come first. Ctrl or ⌘ chooses several.",
                choices=[(receipt.pk, _named(receipt)) for receipt in offered],
                widget=forms.SelectMultiple(attrs={"size": min(len(offered), 6)}),
            )

    def clean(self) -> dict[str, Any]:
        """Ask for a file or a receipt."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("files") and not cleaned.get("receipts"):
            raise forms.ValidationError("Choose a file, or a receipt that is here.")
        return cleaned


class KeepForm(forms.Form):
    """New files whose lines are not known yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = _FilesField(
            allow_empty_file=True,
            label="New receipts",
            help_text="PDF, pictures or text, 20 MB at most each. Or drop them on this page.",
        )


def _named(receipt: Receipt) -> str:
    count = getattr(receipt, "line_count", 0)
    lines = f"of {count} line{'s' if count > 1 else ''}" if count else "of no line yet"
    return f"{receipt.document.name}, {lines}"


class DetachForm(forms.Form):
    """Why a receipt does not belong to a line."""

    reason = forms.CharField(
        max_length=500,
        label="Why it does not belong to this line",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DaysForm(forms.Form):
    """Which days to look at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `from` is a word of Python, so the field cannot be declared above.
        for name, label in (("from", "From"), ("to", "To")):
            self.fields[name] = forms.DateField(
                required=False,
                label=label,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )


class ReceiptLimitForm(forms.Form):
    """From which amount on receipts are asked for."""

    amount = forms.DecimalField(
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        label="Ask for a receipt from",
        help_text="In the currency of the book. Empty: never.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
