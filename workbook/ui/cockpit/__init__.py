"""A therapist's pages: cases, one case, a session as it goes on, and what both see of it.

``desk``          the wiring, and `open_cockpit`
``base``          what every page of it is made of
``cases``         the list, ``policy`` the rule on secrets, ``account`` how one signs in
``case``          one case, ``picture`` what is granted, ``notes``, ``report``
``homework``      what was given to do, and how it went, with ``trends``
``live``          the session, with ``showing`` and ``beginning`` as parts of its page
``presentation``  the view for a shared screen
"""

from workbook.ui.cockpit.desk import open_cockpit

__all__ = ["open_cockpit"]
