from django.apps import AppConfig


class BooksConfig(AppConfig):
    """A set of books and who may do what in it."""

    name = "ledgerflow.books"
