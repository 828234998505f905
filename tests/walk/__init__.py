"""End-to-end walks in a real browser on the real server, as its users would."""
