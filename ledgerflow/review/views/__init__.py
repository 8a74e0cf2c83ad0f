"""The review queue: its pages, and what each key does."""
