"""What every test run leaves alone."""

# Positive controls load these into a server of their own: they break a protection on purpose,
# and to collect them for doctests would break it here.
collect_ignore_glob = ["**/sitecustomize.py"]
