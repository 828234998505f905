"""What pages are made of.

===============  ==============================================================================
``static_files`` what a browser may fetch, each file named by its content
``inline_style`` the stylesheet within the first page itself
``rendering``    templates and wording into pages
``static/``      the built scripts; their sources stand in `frontend/`
``templates/``   our own pages
===============  ==============================================================================
"""
