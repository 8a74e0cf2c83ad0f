from django.urls import path

from ledgerflow.documents import views

app_name = "documents"

urlpatterns = [
    path("receipts/<int:receipt>/", views.ReceiptView.as_view(), name="receipt"),
    path(
        "receipts/<int:receipt>/pages/<int:page_number>/",
        views.ReceiptPageView.as_view(),
        name="receipt-page",
    ),
]
