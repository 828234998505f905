"""What two people have: a drawer each, and a table together.

``drawers`` seals one person's rows, and ``drawer_contents`` reads answers and events from them.
``tables`` folds the couple's log, ``sealing`` opens it for the two. ``rounds`` decides, opens and takes
back. ``choices`` keeps what was put aside or done of the exercises, until both have said so. ``events`` says
which events there are. ``trail`` says what a drawer may keep of where somebody was, ``drafts`` keeps what was
typed in an exercise and not sent. ``private_copy`` gives somebody their own private answers.
"""
