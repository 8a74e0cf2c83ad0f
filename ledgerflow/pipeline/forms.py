"""Forms of the inbox."""

from collections.abc import Sequence
from typing import Any

from django import forms

from ledgerflow.books.models import Book
from ledgerflow.statements.models import BankAccount


class _ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class _ManyFilesField(forms.FileField):
    """One or more files, each checked like a single one."""

    widget = _ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files in the order they were chosen; there must be one."""
        chosen = (data or [None]) if isinstance(data, Sequence) else [data]
        return [super(_ManyFilesField, self).clean(one, initial) for one in chosen]


_OF_FILE = "Password of the file, which is kept nowhere"


def password_field(label: str = "Password of protected PDFs") -> forms.CharField:
    """Return the field for the password of protected PDFs; what is typed is neither kept nor shown again."""
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=255,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class RetryForm(forms.Form):
    """Trying a file again, with its password where it has one."""

    password = password_field()


class FilePasswordForm(forms.Form):
    """The password of the file that a page is about."""

    password = password_field(_OF_FILE)


class UploadForm(forms.Form):
    """Statement files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not declared in the class, where Django's own `files` has another type.
        self.fields["files"] = _ManyFilesField(label="Statement files", allow_empty_file=True)
        self.fields["password"] = password_field()
        self.fields["looks_first"] = forms.BooleanField(
            required=False, label="Show me the files before they are imported"
        )


class _AccountForm(forms.Form):
    """Which account a statement of a file is: one that is there, or a new one.

    Only accounts in the currency that the file states are offered, where it states one.
    """

    bank_account = forms.ModelChoiceField(
        queryset=BankAccount.objects.none(),
        required=False,
        label="An account that is here",
        empty_label="A new account",
    )
    name = forms.CharField(max_length=120, required=False, label="Name of the new account")
    kind = forms.ChoiceField(choices=BankAccount.Kind.choices, initial=BankAccount.Kind.BANK, label="Kind")
    currency = forms.RegexField(r"^[A-Za-z]{3}$", label="Currency (three letters)")

    def __init__(
        self,
        *args: Any,
        book: Book,
        stated: str = "",
        alike: int = 0,
        asks_password: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if asks_password:
            self.fields["password"] = password_field(_OF_FILE)
        field = self.fields["bank_account"]
        assert isinstance(field, forms.ModelChoiceField)
        accounts = BankAccount.objects.filter(book=book).order_by("name")
        field.queryset = accounts.filter(currency=stated) if stated else accounts
        if alike:
            self.fields["is_for_all"] = forms.BooleanField(
                required=False,
                label=f"The other {alike} of this file that name no account are the same account",
            )

    def clean_currency(self) -> str:
        """Return the code in capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        """Ask for a name when no account is chosen."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("bank_account") and not cleaned.get("name"):
            self.add_error("name", "Choose an account, or name a new one.")
        return cleaned


class AssignAccountForm(_AccountForm):
    """The answer to what a file asks; it says which statement the page showed, since another one may be asked about."""

    asked = forms.CharField(widget=forms.HiddenInput, strip=False)


class MoveForm(_AccountForm):
    """Which other account an imported statement is."""

    reverse_posted = forms.BooleanField(
        required=False, label="Reverse the journal entries that were posted from this file"
    )

    def __init__(self, *args: Any, is_in: BankAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bank_account"]
        assert isinstance(field, forms.ModelChoiceField)
        assert field.queryset is not None
        field.queryset = field.queryset.exclude(pk=is_in.pk)


class UndoForm(forms.Form):
    """The consent to undo an import."""

    reverse_posted = forms.BooleanField(
        required=False, label="Reverse the journal entries that were posted from this file"
    )
