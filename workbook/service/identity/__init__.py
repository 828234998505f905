"""Who somebody is: accounts, and who is signed in now.

``accounts`` creates, joins, signs in, recovers. ``directory`` keeps couples and accounts.
``sittings`` are who is signed in. ``locks`` wrap drawer keys by secrets. ``passphrases``
refuses weak ones. ``codes`` are made up. ``rate_limit`` counts tries.
"""
