"""Kernels: started for one page of one sitting, and out of everybody else's reach.

===============  =================================================================================
``manager``      whose each kernel is, how many there may be, when they end
``room``         which page makes way when no more fit
``owners``       a sitting reaches its own kernel only
``websocket``    what may pass between a browser and its kernel
``pulse``        what a page hears when it says that it is there
``environment``  the whole environment of a kernel
``client``       the server's own line to one, on which the notebook is run
``provisioner``  gives Jupyter kernels that ``fork_server`` has forked
``warm_process`` the server's end of that process
``fork_server``  the process with everything imported: ``python -m workbook.server.kernels.fork_server``
``lean``         what a kernel does without
``rehearsal``    what is done once before the first fork
===============  =================================================================================

Nothing is imported here: the process that forks kernels must not load a web server.
"""
