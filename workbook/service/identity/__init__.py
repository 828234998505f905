"""Who somebody is: accounts, and who is signed in now.

``accounts`` creates, joins, signs in, recovers. ``directory`` looks up couples and accounts, each with
a log of its own, ``whose`` finds whom a code and a name mean; ``moving`` makes those logs of the one log of
before. ``sittings`` are who is signed in, ``standing`` ends them when their account is changed, here or at
another server. ``locks`` wrap drawer keys by secrets, ``couple_keys`` what two have together to both of them.
``passphrases`` refuses weak ones, ``names`` those that look empty or like another. ``codes`` are made up.
``rate_limit`` counts tries; ``wrong_tries`` keeps for thirty days, for the owner to look at, that an account
was tried.
"""
