"""Addresses of tokens, descriptions and MCP; those of REST stand in ``rest.urls``."""

from django.urls import path

from ledgerflow.api import views

app_name = "api"

urlpatterns = [
    path("tokens/", views.TokensView.as_view(), name="tokens"),
    path("tokens/<int:api_token>/revoke/", views.TokenRevokeView.as_view(), name="revoke-token"),
    path("api/schema", views.SchemaView.as_view(), name="schema"),
    path("api/docs", views.DocsView.as_view(), name="docs"),
    path("mcp", views.McpView.as_view(), name="mcp"),
]
