from django.urls import path

from ledgerflow.review.views import actions, close, looking, proposals, questions, queue, record, transfers

app_name = "review"

urlpatterns = [
    path("", queue.QueueView.as_view(), name="queue"),
    path("accept/", actions.AcceptView.as_view(), name="accept"),
    path("accept-sure/", actions.AcceptSureView.as_view(), name="accept-sure"),
    path("accept-matching/", actions.AcceptMatchingView.as_view(), name="accept-matching"),
    path("exclude/", actions.ExcludeView.as_view(), name="exclude"),
    path("reopen/", actions.ReopenView.as_view(), name="reopen"),
    path("tag/", actions.TagView.as_view(), name="tag"),
    path("post/", actions.PostView.as_view(), name="post"),
    path("undo/", actions.UndoView.as_view(), name="undo"),
    path("proposals/", proposals.ProposalsView.as_view(), name="proposals"),
    path("proposals/<int:proposal>/accept/", proposals.AcceptView.as_view(), name="accept-proposal"),
    path("proposals/<int:proposal>/decline/", proposals.DeclineView.as_view(), name="decline-proposal"),
    path("questions/", questions.QuestionsView.as_view(), name="questions"),
    path("record/", record.RecordView.as_view(), name="record"),
    path("record/on/", record.PromiseOnView.as_view(), name="promise-on"),
    path("record/off/", record.PromiseOffView.as_view(), name="promise-off"),
    path("record/take-back/", record.TakeBackView.as_view(), name="take-back"),
    path("close/", close.CloseView.as_view(), name="close"),
    path("close/<int:year>/", close.CloseView.as_view(), name="close-year"),
    path("close/<int:year>/<int:month>/", close.CloseView.as_view(), name="close-month"),
    path("line/<int:line>/evidence/", queue.EvidenceView.as_view(), name="evidence"),
    path("line/<int:line>/looking/", looking.LookingView.as_view(), name="looking"),
    path("line/<int:line>/decide/", actions.DecideView.as_view(), name="decide"),
    path("line/<int:line>/alike/", actions.AlikeView.as_view(), name="alike"),
    path("line/<int:line>/match/", actions.MatchReceiptView.as_view(), name="match-receipt"),
    path("line/<int:line>/look-up/", actions.LookUpView.as_view(), name="look-up"),
    path("line/<int:line>/split/", actions.SplitView.as_view(), name="split"),
    path("line/<int:line>/transfer/", transfers.TransferView.as_view(), name="transfer"),
    path("line/<int:line>/no-transfer/", transfers.NoTransferView.as_view(), name="no-transfer"),
    path("line/<int:line>/ask/", questions.AskView.as_view(), name="ask"),
    path("line/<int:line>/ask-again/", questions.AskAgainView.as_view(), name="ask-again"),
    path("line/<int:line>/answer/", questions.AnswerView.as_view(), name="answer"),
    path("line/<int:line>/withdraw-question/", questions.WithdrawView.as_view(), name="withdraw-question"),
    path("line/<int:line>/rule/", actions.RuleView.as_view(), name="rule"),
    path("line/<int:line>/no-rule/", actions.NoRuleView.as_view(), name="no-rule"),
]
