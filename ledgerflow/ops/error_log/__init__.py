"""Errors kept in the database, grouped by kind, whatever became of the transaction in which they happened."""
