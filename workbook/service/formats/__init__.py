"""The forms of what is told and kept: ``values`` in memory and ``case_values`` those of a therapist's cases,
``publications`` as they are sent on, ``rows`` on disk, ``crypto`` where sealed, ``cells`` where that is
always to one size, ``two_readers`` where it is to two people, ``fingerprint`` where people are to
recognise it.
"""
