"""Forms about people."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password

from ledgerflow.users.models import User

PASSWORD_HINT = "At least 10 characters, not a common password, not digits alone."  # noqa: S105 - a sentence


def email_input() -> forms.EmailInput:
    """Return the input for the address one signs in with."""
    return forms.EmailInput(
        attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    )


def new_password_input() -> forms.PasswordInput:
    """Return the input for a password that is being chosen."""
    return forms.PasswordInput(attrs={"autocomplete": "new-password"})


class SignInForm(AuthenticationForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget = email_input()


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HINT


class ResetPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # generic for the type checker only
    """The new password twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_HINT


class ChoosePasswordForm(forms.Form):
    """A name and a password for someone who came by a link."""

    name = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}), label="Your name"
    )
    password = forms.CharField(strip=False, widget=new_password_input(), help_text=PASSWORD_HINT)

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean(self) -> dict[str, Any]:
        """Hold the password to the rules, the person's name and address among what it may not repeat."""
        values: dict[str, Any] = super().clean() or {}
        if "password" in values:
            person = User(email=values.get("email", self.address), name=values.get("name", ""))
            try:
                validate_password(values["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return values


class WelcomeForm(ChoosePasswordForm):
    """Who the first user is."""

    email = forms.EmailField(label="E-mail address", widget=email_input())

    field_order = ("name", "email", "password")


class ProfileForm(forms.Form):
    """What others see of a user."""

    name = forms.CharField(
        max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}), label="Your name"
    )


class InvitePersonForm(forms.Form):
    """A new person of the firm."""

    name = forms.CharField(max_length=150, required=False)
    email = forms.EmailField(label="E-mail address")
    is_firm_admin = forms.BooleanField(
        required=False, label="Firm administrator", help_text="Sees every book, and invites people."
    )
