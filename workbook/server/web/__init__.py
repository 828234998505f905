"""What every request must show and every response carries.

==================  ==============================================================================
``headers``         security headers and the check of the host, mixed into every handler
``error_pages``     one sentence and one way out, never the exception
``cookies``         the cookies there are
``identity``        the sitting that a cookie names
``language``        which language a request is answered in
``sent_once``       a form that is sent twice is done once
``turns``           who may have a key derived next
``static_handler``  the files of `workbook.server.assets`
==================  ==============================================================================
"""
