"""The pages about tools below a book.

Under a name of their own: Django would take an address of the installation's pages for one of these otherwise.
"""

from ledgerflow.toolbox.urls import urlpatterns as pages

app_name = "book-tools"

urlpatterns = list(pages)
