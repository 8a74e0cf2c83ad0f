from django.urls import path

from ledgerflow.agent import views

app_name = "agent"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("ask/", views.AskView.as_view(), name="ask"),
    path("conversations/", views.ConversationsView.as_view(), name="conversations"),
    path("conversations/<int:conversation>/", views.ConversationView.as_view(), name="conversation"),
]
