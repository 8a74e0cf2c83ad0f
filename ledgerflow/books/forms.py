"""Forms about a book, its members and invitations."""

import calendar

from django import forms

from ledgerflow.books.models import Role


class BookSettingsForm(forms.Form):
    """What may change about a book: its currency may not, because every entry stands in it."""

    name = forms.CharField(max_length=120)
    fiscal_year_start_month = forms.TypedChoiceField(
        label="Fiscal year starts in",
        coerce=int,
        choices=[(month, calendar.month_name[month]) for month in range(1, 13)],
    )
    looks_first = forms.BooleanField(
        required=False,
        label="Show me each file before it is imported",
        help_text="It waits in the inbox then until somebody has looked at it. Otherwise files are imported at once, "
        "and every import can be undone.",
    )


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label="E-mail address")
    role = forms.TypedChoiceField(coerce=Role, choices=Role.choices, initial=Role.BOOKKEEPER)


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.TypedChoiceField(coerce=Role, choices=Role.choices)
