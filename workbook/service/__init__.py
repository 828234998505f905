"""The trusted layer: the only code that touches a store for a person."""
