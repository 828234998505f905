"""For researchers: reliability, dyadic statistics, change, anonymised export, scale.

Nothing here is needed to run the workbook for a couple; install ``intimacy-workbook[research]``.
"""
