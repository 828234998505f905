"""The same form in five other frameworks and as a static page, each in an environment of its own.

=================  ====================================================================
``apps/<peer>/``   the form as that framework has it, and what it is installed from
``environments``   makes each peer's environment, once
``serving``        starts one, and says what its processes hold and use
``visiting``       somebody who opens the form, answers, and asks for the picture
=================  ====================================================================
"""
