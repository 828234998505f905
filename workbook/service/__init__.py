"""The trusted layer: the only code that touches a store for a person.

==============  ==================================================================================
``roles``       what each role may ask; ``values`` what it takes and returns
``household``   signs people in, and gives each the interface of their role
``partner`` …   that interface in process: ``partner``, ``together``, ``therapist``, ``researcher``
``at_table``    what one partner and two together share
``core``        what all of them stand on: store, sittings, opened drawers
``identity``    accounts, sittings, passphrases, rate limit
``couple``      drawers, tables, rounds, events
``cases``       therapists and what they are granted
``studies``     what people give a study
``rights``      leaving and erasing, above all of these
``mending``     what a start makes good, and ``renewal`` what it makes anew
``link``        the same interfaces in a kernel, over the local socket
``rows``        how rows are written on disk
==============  ==================================================================================
"""
