"""Names and numbers: of hosts, services and protocols, of interfaces, of IP addresses as text.

What belongs here needs no socket.  From outside the public functions are used: the low-level module
shows them under its name.
"""
