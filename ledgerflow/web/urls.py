"""The frame's own pages: sign-in, first run, home, people."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from ledgerflow.web.views import demo, first_run, go, home, invitations, lists, people, sign_in

app_name = "web"

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("new-book/", home.NewBookView.as_view(), name="new-book"),
    path("books/<slug:book>/", home.BookHomeView.as_view(), name="book-home"),
    path("go/", go.GoView.as_view(), name="go"),
    path("books/<slug:book>/go/", go.BookGoView.as_view(), name="book-go"),
    path("density/", lists.DensityView.as_view(), name="density"),
    path("lists/<slug:list>/columns/", lists.ColumnsView.as_view(), name="columns"),
    path("books/<slug:book>/views/", lists.ViewsView.as_view(), name="views"),
    path("books/<slug:book>/views/of/<slug:list>/", lists.SaveViewView.as_view(), name="save-view"),
    path("books/<slug:book>/views/<int:view>/rename/", lists.RenameViewView.as_view(), name="rename-view"),
    path("books/<slug:book>/views/<int:view>/delete/", lists.DeleteViewView.as_view(), name="delete-view"),
    path("demo/", demo.DemoView.as_view(), name="demo"),
    path("welcome/", first_run.WelcomeView.as_view(), name="welcome"),
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("link/<str:token>/", sign_in.SignInLinkView.as_view(), name="sign-in-link"),
    path("invitation/<str:token>/", invitations.InvitationView.as_view(), name="invitation"),
    path("profile/", sign_in.ProfileView.as_view(), name="profile"),
    path("password/", sign_in.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", sign_in.PasswordResetView.as_view(), name="password-reset"),
    path("password/reset/sent/", sign_in.PasswordResetSentView.as_view(), name="password-reset-sent"),
    path(
        "password/reset/<str:uidb64>/<str:token>/",
        sign_in.PasswordResetConfirmView.as_view(),
        name="password-reset-confirm",
    ),
    path("people/", people.PeopleView.as_view(), name="people"),
    path("people/<int:user>/link/", people.PersonLinkView.as_view(), name="person-link"),
    path("people/<int:user>/deactivate/", people.PersonActiveView.as_view(), name="person-deactivate"),
    path(
        "people/<int:user>/activate/", people.PersonActiveView.as_view(is_active=True), name="person-activate"
    ),
]
