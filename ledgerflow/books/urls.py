"""The pages about a book itself."""

from django.urls import path

from ledgerflow.books import views

app_name = "books"

urlpatterns = [
    path("settings/", views.SettingsView.as_view(), name="settings"),
    path("settings/four-eyes/", views.FourEyesView.as_view(), name="four-eyes"),
    path("members/", views.MembersView.as_view(), name="members"),
    path("members/<int:member>/role/", views.MemberRoleView.as_view(), name="member-role"),
    path("members/<int:member>/remove/", views.MemberRemoveView.as_view(), name="member-remove"),
    path(
        "invitations/<int:invitation>/withdraw/",
        views.InvitationWithdrawView.as_view(),
        name="invitation-withdraw",
    ),
]
