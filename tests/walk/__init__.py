"""The whole road, walked in a real browser on the real server, as the people who will use it."""
