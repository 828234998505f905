"""Is it safe to begin here? What every start refuses, and ``workbook doctor`` tells.

===============  =================================================================================
``base``         a setup, one unsafe thing about it, and what a check is
``exposure``     how it would be reached: never without encryption
``environment``  what it would run in: variables, this Python, its database
``folders``      where data and keys would lie
``checks``       all of them, in the order in which things are best put right
===============  =================================================================================
"""
