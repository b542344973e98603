"""Random sequences of operations on the interpreter's own module and on cffisock, compared.

A program is a kind of socket and up to twelve steps, lines of Python with good and bad arguments
of every kind: numbers out of range, text with NULs and surrogates, memory in pieces, objects that
raise as they are converted, or that close the socket, receive or send then.  It runs on either
module, and after each step the outcomes are compared: the value, or the exception's type, errno
and text; the number of descriptors that are open; and which arguments acted, in which order.  At
the end it is what each socket still has to give.  Where that is not the same, the steps are dropped
one by one as long as the rest still differs, and what is left is printed as a program.  What may
differ, and why, is in differences.txt, and nothing else does; in runs of a million operations each
row there has to be about something.  What is counted is steps that were compared: behind a
difference that may have left another state nothing is.

    python -m tests.fuzz 1000000         so many operations, on either module
    python -m tests.fuzz 1000000 SEED    others; the same seed makes the same programs
    python -m tests.fuzz --program 17 0 SEED    one of them, and what comes of it

No socket blocks: each has a short timeout or none at all, and a program that takes ten seconds is
ended.  Where a difference is not there when the program runs again, with the collector's help, it
is shown and counted as unsteady.
"""
