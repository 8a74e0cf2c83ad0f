from django.urls import path

from ledgerflow.posting import (
    exchange_views,
    lookup_views,
    opening_views,
    receipt_page_views,
    receipt_views,
    tag_views,
    views,
)

app_name = "posting"

urlpatterns = [
    path("", views.JournalView.as_view(), name="journal"),
    path("new/", views.ManualEntryView.as_view(), name="manual-entry"),
    path("openings/", opening_views.OpeningsView.as_view(), name="openings"),
    path("openings/<int:bank_account>/", opening_views.PostOpeningView.as_view(), name="post-opening"),
    path("<int:number>/", views.EntryView.as_view(), name="entry"),
    path("<int:number>/tags/", tag_views.TagEntryView.as_view(), name="tag-entry"),
    path("<int:number>/reverse/", views.ReverseView.as_view(), name="reverse"),
    path("line/<int:line>/", views.LineView.as_view(), name="line"),
    path("line/<int:line>/tags/", tag_views.TagLineView.as_view(), name="tag-line"),
    path("line/<int:line>/document/", tag_views.DateDocumentView.as_view(), name="date-document"),
    path("line/<int:line>/stated/", exchange_views.StateAmountView.as_view(), name="state-amount"),
    path("line/<int:line>/look-up/", lookup_views.LookUpView.as_view(), name="look-up"),
    path("line/<int:line>/payee/", lookup_views.NamePayeeView.as_view(), name="name-payee"),
    path("line/<int:line>/receipts/", receipt_views.AttachReceiptsView.as_view(), name="attach-receipts"),
    path(
        "line/<int:line>/receipts/<int:receipt>/detach/",
        receipt_views.DetachReceiptView.as_view(),
        name="detach-receipt",
    ),
    path("receipts/", receipt_views.ReceiptsView.as_view(), name="receipts"),
    path("receipts/new/", receipt_page_views.KeepReceiptsView.as_view(), name="keep-receipts"),
    path("receipts/<int:receipt>/", receipt_page_views.ReceiptPageView.as_view(), name="receipt"),
    path("receipts/<int:receipt>/read/", receipt_page_views.ReadReceiptView.as_view(), name="read-receipt"),
    path(
        "receipts/<int:receipt>/lines/<int:line>/accept/",
        receipt_page_views.AcceptReceiptView.as_view(),
        name="accept-receipt",
    ),
    path(
        "receipts/<int:receipt>/lines/<int:line>/decline/",
        receipt_page_views.DeclineReceiptView.as_view(),
        name="decline-receipt",
    ),
    path("receipts/limit/", receipt_views.ReceiptLimitView.as_view(), name="receipt-limit"),
    path("revaluation/", exchange_views.RevaluationView.as_view(), name="revaluation"),
]
