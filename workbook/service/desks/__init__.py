"""What each role may ask, and who does it in process, beside the store.

``roles`` are the interfaces. ``partner``, ``together``, ``therapist`` and ``researcher`` answer them;
``at_table`` is what the first two share, ``sight`` all that an open page of theirs reads at once,
``in_case`` is a partner's part in a therapist's case and ``live_session`` a therapist's in a session.
``core`` is what all stand on: store, sittings, opened drawers; ``caseload`` what is open of a practice.
``household`` signs people in and seats each at their desk.
"""
