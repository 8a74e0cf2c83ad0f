"""What machines ask, and what people see of how LedgerFlow itself is."""

from django.urls import path

from ledgerflow.ops import views

app_name = "ops"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("status/", views.StatusView.as_view(), name="status"),
]
