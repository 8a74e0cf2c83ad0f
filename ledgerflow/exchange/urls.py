from django.urls import path

from ledgerflow.exchange import views
from ledgerflow.exchange.plain_text import PLAIN_TEXTS

app_name = "exchange"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    *[path(f"{form}/", views.PlainTextView.as_view(form=form), name=form) for form in PLAIN_TEXTS],
    path("opening/", views.OpeningView.as_view(), name="opening"),
    path("accountant/", views.AccountantView.as_view(), name="accountant"),
    path("archive/", views.ArchiveView.as_view(), name="archive"),
]
