"""The Voila application: sign-in pages, identity, kernels, template, headers.

Nothing is imported here: the command line asks `launch.start`, and a kernel's process must
be able to import `workbook` without loading a web server.
"""
