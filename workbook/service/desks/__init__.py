"""What each role may ask, and who does it in process, beside the store.

``roles`` are the interfaces. ``partner``, ``together``, ``therapist`` and ``researcher`` answer them;
``at_table`` is what the first two share, and ``core`` what all stand on: store, sittings, opened
drawers. ``household`` signs people in and seats each at the desk of their role.
"""
