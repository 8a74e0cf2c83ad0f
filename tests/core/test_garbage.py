import gc

import pytest

from ledgerflow.core.garbage import collector_paused


def fail_while_paused():
    with collector_paused():
        raise KeyError(gc.isenabled())


def test_the_collector_is_off_inside_and_on_again_after_an_error():
    with pytest.raises(KeyError, match="False"):
        fail_while_paused()

    assert gc.isenabled()


def test_a_pause_within_a_pause_does_not_end_it():
    with collector_paused():
        with collector_paused():
            pass
        is_on = gc.isenabled()

    assert not is_on
