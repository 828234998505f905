"""Named, append-only logs of opaque rows: what they promise, and two that keep it."""
