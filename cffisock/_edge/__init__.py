"""The edge between Python and the compiled module: arguments of callers, memory that C works on,
results and constants.

What belongs here knows neither sockets nor addresses, and everything else stands on it.  All of it
may be used from every other folder; a name with an underscore is its file's own.
"""
