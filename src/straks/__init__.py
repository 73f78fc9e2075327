"""Instant messages from Norwegian public bodies."""
