"""Rules about overflow."""
