"""Names and numbers: of hosts, services and protocols, of interfaces, of IP addresses as text.

Each file is functions of the low-level module, which takes them from here.
"""
