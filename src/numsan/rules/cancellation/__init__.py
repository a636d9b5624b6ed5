"""Rules about cancellation."""
