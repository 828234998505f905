"""What a study has: ``given`` keeps what people give it, ``preview`` says beforehand what that would be,
``dataset`` opens it under made-up ids for its researcher.
"""
