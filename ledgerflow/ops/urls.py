"""What machines ask, and what people see of how LedgerFlow itself is."""

from django.urls import path

from ledgerflow.ops import views
from ledgerflow.ops.backups.views import BackUpNowView, BackupsView, DrillNowView

app_name = "ops"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("status/", views.StatusView.as_view(), name="status"),
    path("backups/", BackupsView.as_view(), name="backups"),
    path("backups/now/", BackUpNowView.as_view(), name="back-up-now"),
    path("backups/drill/", DrillNowView.as_view(), name="drill-now"),
]
