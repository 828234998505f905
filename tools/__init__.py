"""Scripts that keep the project consistent. Not part of the package."""
