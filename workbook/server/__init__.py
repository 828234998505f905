"""The Voila application: sign-in pages, identity, kernels, template, headers.

=====================  ===========================================================================
``launch``             start: checks, what requests reach, the socket, then the application
``preflight``          is it safe to begin here
``settings``           how one server is set up
``network``            ports and addresses of this computer; ``certificate`` its own TLS
``front``              the first page, while all else is still loaded; ``forking`` where that is safe
``application``        Voila with our routes and no others
``connections``        how long a connection may wait without asking; ``run_folder`` where it works
``context``            what every request may reach: store, service, sittings, tickets
``web``                what every request must show and every response carries
``pages``              the pages, forms and the script's requests
``kernels``            one per page of one sitting, forked from a process that is warm
``assets``             scripts, styles, templates
``researcher_server``  the researcher's page, apart from all of these
``no_grammars``        imported first: it keeps out a library that takes seconds to import
``testing``            a real server for tests
=====================  ===========================================================================

Nothing is imported here: the command line asks `launch.start`, and a kernel's process must
be able to import `workbook` without loading a web server.
"""
