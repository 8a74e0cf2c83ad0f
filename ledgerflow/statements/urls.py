from django.urls import path

from ledgerflow.statements import views
from ledgerflow.statements.views import accounts, documents

app_name = "statements"

urlpatterns = [
    path("", views.StatementsView.as_view(), name="list"),
    path("<int:statement>/", views.StatementView.as_view(), name="detail"),
    path("<int:statement>/override/", views.OverrideView.as_view(), name="override"),
    path("document/<int:document>/", documents.DocumentView.as_view(), name="document"),
    path("document/<int:document>/original/", documents.OriginalView.as_view(), name="original"),
    path("document/<int:document>/source/", documents.SourceView.as_view(), name="source"),
    path("document/<int:document>/pages/<int:page_number>/", documents.PageView.as_view(), name="page"),
    path("bank-accounts/", accounts.BankAccountsView.as_view(), name="bank-accounts"),
    path("bank-accounts/new/", accounts.CreateBankAccountView.as_view(), name="create-bank-account"),
    path(
        "bank-accounts/<int:bank_account>/",
        accounts.ChangeBankAccountView.as_view(),
        name="change-bank-account",
    ),
]
