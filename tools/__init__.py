"""Scripts that keep the project in step with itself. Not part of the package."""
