"""Rules about domain."""
