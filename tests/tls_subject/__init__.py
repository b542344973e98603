"""Programs that use TLS: ``python -m tests.tls_subject WHICH TASK FOLDER NUMBER``.

WHICH is the socket module that they run on, ``cffisock`` or ``own``, FOLDER has the certificates,
and NUMBER is the peer's port, or the descriptor of a listening socket for the tasks that serve,
which on Windows comes by the standard input.
The result is printed as JSON.  A task is a function of one of the files of this folder.
"""
