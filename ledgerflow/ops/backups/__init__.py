"""Dumps that are proved, restores that destroy nothing, and the nightly drill that shows both."""
