"""The trusted layer: the only code that touches a store for a person.

=================  ===============================================================================
``demo_practice``  a simulated practice: a therapist with three cases
``demo``           a simulated couple, to look around
``link``           the interfaces of all roles in a kernel, over the local socket
``desks``          what each role may ask, and who does it beside the store
``erasing``        leaving and erasing, and what a start makes good and anew
``cases``          therapists and what they are granted
``studies``        what a study says of itself, and what people give it
``couple``         drawers, tables, rounds, events
``identity``       accounts, sittings, passphrases, rate limit
``formats``        values, how they are written as rows, how rows are sealed
=================  ===============================================================================

Each imports only from those below it; `pyproject.toml` holds the order.
"""
