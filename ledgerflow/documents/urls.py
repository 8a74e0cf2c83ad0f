from django.urls import path

from ledgerflow.documents import views

app_name = "documents"

urlpatterns = [path("receipts/<int:receipt>/", views.ReceiptView.as_view(), name="receipt")]
