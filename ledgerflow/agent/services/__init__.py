"""Allow the agent, ask it, and replay what was said."""

from ledgerflow.agent.services.allow import Allowed, allow
from ledgerflow.agent.services.ask import ASK_JOB, Asked, ask_about, end_broken, wake
from ledgerflow.agent.services.replay import Replayed, replay

__all__ = ["ASK_JOB", "Allowed", "Asked", "Replayed", "allow", "ask_about", "end_broken", "replay", "wake"]
