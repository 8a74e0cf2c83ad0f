from django.urls import path

from ledgerflow.taxes import views

app_name = "taxes"

urlpatterns = [path("facts/", views.FactsView.as_view(), name="facts")]
