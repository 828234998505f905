"""What is destroyed, and what that leaves to be made good.

``rights`` blocks, parts, leaves and erases at somebody's wish. ``renewal`` makes older publications
anew and destroys what they held. ``mending`` makes good at a start what a restored backup brought back,
``tending`` what only the keys of the two open, as soon as one of them comes.
"""
