"""What the toolbox tells the apps above it, which it does not know."""

from django.dispatch import Signal

#: A person had a run made again. ``former`` is the run, ``run_id`` the id of the new one, however that ended.
ran_again = Signal()
