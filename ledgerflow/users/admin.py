"""The administration of Django shows no groups: rights come from the role in a book."""

from django.contrib import admin
from django.contrib.auth.models import Group

admin.site.unregister(Group)
