from django.urls import path

from ledgerflow.pipeline import column_views, look_views, order_views, question_views, views

app_name = "pipeline"

urlpatterns = [
    path("", views.InboxView.as_view(), name="inbox"),
    path("rows/", views.InboxRowsView.as_view(), name="inbox-rows"),
    path("upload/", views.UploadView.as_view(), name="upload"),
    path("<int:run>/retry/", views.RetryView.as_view(), name="retry"),
    path("<int:run>/discard/", views.DiscardView.as_view(), name="discard"),
    path("<int:run>/again/", views.TakeInAgainView.as_view(), name="take-in-again"),
    path("<int:run>/receipt/", views.TakeAsReceiptView.as_view(), name="take-as-receipt"),
    path("<int:run>/account/", views.AssignAccountView.as_view(), name="assign-account"),
    path("statements/<int:statement>/move/", views.MoveView.as_view(), name="move"),
    path("<int:run>/preview/", look_views.LookView.as_view(), name="look"),
    path("<int:run>/columns/", column_views.ColumnsView.as_view(), name="columns"),
    path("<int:run>/dates/", order_views.DayOrderView.as_view(), name="day-order"),
    path("<int:run>/undo/", views.UndoView.as_view(), name="undo"),
    path("questions/", question_views.QuestionsView.as_view(), name="questions"),
    path(
        "questions/<int:question>/answer/",
        question_views.AnswerQuestionView.as_view(),
        name="answer-question",
    ),
    path(
        "statements/<int:statement>/lines/<int:line>/separate/",
        question_views.SeparateLineView.as_view(),
        name="separate-line",
    ),
]
