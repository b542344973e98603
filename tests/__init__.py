"""The tests of cffisock, on real sockets: a file for each room of the package, and more."""
