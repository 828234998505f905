"""The forms of what is told and kept: ``values`` in memory, ``rows`` on disk, ``crypto`` where sealed,
``fingerprint`` where people are to recognise it.
"""
