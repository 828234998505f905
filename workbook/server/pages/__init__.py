"""What a browser may ask for, apart from files: pages, forms, and the script's own requests.

=====================  ===========================================================================
``page``               what all of them are built on
``landing``            what stands on the first page, and what every page is rendered with
``form_page``          a form: ask, do it once, show what is wrong
``sign_in_pages``      landing, begin, join, sign in, recover, both together
``therapist_pages``    a therapist's ways in, where a practice is run
``account_pages``      recovery code, passphrase; going alone, erasing
``sign_out_pages``     hand over, sign out, the quick exit
``private_copy_page``  a copy of one's own private answers
``workbook_page``      the served notebook, in a kernel of one's own; the view of a session
``first_screen``       the questions where somebody goes on, until their kernel has drawn them
``notebook``           what is run of it, and what of that is shown
``script_api``         what the page's script asks: keep these answers, am I still here, I am going
``qr``                 a code that a second device reads
=====================  ===========================================================================
"""
