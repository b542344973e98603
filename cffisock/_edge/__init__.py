"""Where Python meets the compiled module: what callers pass, the memory that C works on, what
results and constants mean.

Everything else stands on these files; they know neither sockets nor addresses.
"""
