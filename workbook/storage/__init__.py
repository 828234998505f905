"""Named, append-only logs of opaque rows, and cells beside them: what they promise, and two that keep it."""
