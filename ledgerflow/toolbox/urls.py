"""The pages about tools; included once for the installation and once below every book."""

from django.urls import path

from ledgerflow.toolbox.views import records, registry, remote, trying

app_name = "toolbox"

urlpatterns = [
    path("", registry.ToolsView.as_view(), name="tools"),
    path("runs/", records.RunsView.as_view(), name="runs"),
    path("runs/<int:tool_run>/", records.RunView.as_view(), name="run"),
    path("runs/<int:tool_run>/again/", trying.RunAgainView.as_view(), name="again"),
    path("runs/<int:tool_run>/cancel/", trying.CancelView.as_view(), name="cancel"),
    path("sent/", records.SentView.as_view(), name="sent"),
    path("<int:tool>/", registry.ToolView.as_view(), name="tool"),
    path("<int:tool>/settings/", registry.SettingsView.as_view(), name="settings"),
    path("<int:tool>/try/", trying.TryView.as_view(), name="try"),
    path("<int:tool>/servers/", remote.RemoteView.as_view(), name="remote"),
    path("<int:tool>/runs/", records.RunsView.as_view(), name="tool-runs"),
    path("<int:tool>/decide/", registry.DecideView.as_view(), name="decide"),
    path("<int:tool>/remap/", registry.RemapView.as_view(), name="remap"),
]
