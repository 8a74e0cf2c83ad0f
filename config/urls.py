"""Every page, by app."""

from django.contrib import admin
from django.urls import include, path

handler400 = "ledgerflow.web.views.refusals.bad_request"
handler500 = "ledgerflow.ops.views.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("ledgerflow.web.urls")),
    path("", include("ledgerflow.ops.urls")),
    path("", include("ledgerflow.api.urls")),
    path("answer/", include("ledgerflow.asking.urls")),
    path("api/v1/", include("ledgerflow.api.rest.urls")),
    path("tools/", include("ledgerflow.toolbox.urls")),
    path("books/<slug:book>/", include("ledgerflow.books.urls")),
    path("books/<slug:book>/ledger/", include("ledgerflow.ledger.urls")),
    path("books/<slug:book>/taxes/", include("ledgerflow.taxes.urls")),
    path("books/<slug:book>/documents/", include("ledgerflow.documents.urls")),
    path("books/<slug:book>/statements/", include("ledgerflow.statements.urls")),
    path("books/<slug:book>/rules/", include("ledgerflow.classification.urls")),
    path("books/<slug:book>/agent/", include("ledgerflow.agent.urls")),
    path("books/<slug:book>/journal/", include("ledgerflow.posting.urls")),
    path("books/<slug:book>/review/", include("ledgerflow.review.urls")),
    path("books/<slug:book>/reconciliation/", include("ledgerflow.reconciliation.urls")),
    path("books/<slug:book>/inbox/", include("ledgerflow.pipeline.urls")),
    path("books/<slug:book>/reports/", include("ledgerflow.reports.urls")),
    path("books/<slug:book>/exports/", include("ledgerflow.exchange.urls")),
    path("books/<slug:book>/tools/", include("ledgerflow.toolbox.book_urls")),
]
