"""What a study has: ``study`` says what it tells people, ``given`` keeps what they give it, ``preview``
says beforehand what that would be, ``dataset`` opens it under made-up ids for its researcher.
"""
