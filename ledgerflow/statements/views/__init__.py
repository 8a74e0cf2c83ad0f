"""Statements, files and bank accounts."""

from ledgerflow.statements.views.statements import OverrideView, StatementsView, StatementView

__all__ = ["OverrideView", "StatementView", "StatementsView"]
