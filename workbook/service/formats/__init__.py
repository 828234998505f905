"""The forms of what is told and kept: ``values`` in memory, ``rows`` on disk, ``crypto`` where sealed,
``cells`` where that is always to one size, ``fingerprint`` where people are to recognise it.
"""
