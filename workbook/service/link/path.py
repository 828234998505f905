"""How long the path of the socket may be; apart, since a start is refused before anything else is loaded."""

LONGEST_PATH = 100  # bytes; Linux allows 107, macOS 103
