"""What a therapist has, and what couples let them see.

``therapists`` keeps their accounts, ``second_factor`` the digits of an app. ``records`` says what their own
drawer keeps, ``notes`` keeps what they write about a case, ``office`` is all that they reach in a sitting.
``board`` is what a therapist says to those who join a case. ``place`` is what one partner has in it,
``published`` what of their drawer lies there, ``owner`` who reaches and writes it, ``words_read`` what was
read before anything was granted. ``live`` has the rules of
a session, ``sessions`` those that go on, in memory alone.
"""
