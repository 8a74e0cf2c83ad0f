"""``python -m benchmarks.peers``: make or renew the environment of the peers."""

from benchmarks import peers

peers.ensure()
