"""The page behind the link that a client gets."""

from django.urls import path

from ledgerflow.asking import views

app_name = "asking"

urlpatterns = [path("<str:token>/", views.LinkView.as_view(), name="link")]
