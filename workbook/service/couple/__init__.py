"""What two people have: a drawer each, and a table together.

``drawers`` seals one person's rows, and what is private in one cell (``bundle``); ``records`` says which is
which, and ``drawer_contents`` reads answers and events from both. ``tables`` folds the couple's log,
``sealing`` opens it for the two. ``rounds`` decides, opens and takes back; ``choices`` keeps what was put
aside or done of the exercises; ``waiting`` keeps both until the other has said the same; ``held_back``
keeps which answers are not to be shown, and ``weeks`` the line of somebody's weeks.
``editions`` says what each round is asked in. ``own_needs`` are
those in somebody's own words, with what may be read of them. ``events`` says which events there are.
``trail`` says what a drawer may keep of where somebody was, ``drafts`` keeps what was typed in an exercise
and not sent. ``private_copy`` gives somebody their own private answers. ``rooms`` are those in which two
talk, in memory alone.
"""
