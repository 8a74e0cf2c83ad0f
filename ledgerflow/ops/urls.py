"""What machines ask, and what administrators see of the backups."""

from django.urls import path

from ledgerflow.ops import views
from ledgerflow.ops.backups.views import BackUpNowView, BackupsView, DrillNowView

app_name = "ops"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("backups/", BackupsView.as_view(), name="backups"),
    path("backups/now/", BackUpNowView.as_view(), name="back-up-now"),
    path("backups/drill/", DrillNowView.as_view(), name="drill-now"),
]
