"""The forms of what is told and kept: ``values`` in memory, ``rows`` on disk; ``crypto`` seals, ``cells`` as well,
always to one size.
"""
