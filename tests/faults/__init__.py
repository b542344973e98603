"""Faults in real system calls: what cffisock and the interpreter's own module make of them.

faults.c is a library that is preloaded, stands before the C library, and lets calls fail, be
interrupted, take a part, or tell a shorter length, by rules that it gets from the harness.  For
each operation of operations.txt, in each timeout mode, the harness first sees which calls cffisock
makes.  Then each of them gets each fault that errnos.txt has for it, on both modules, and it
compares the outcome, what can be received on both ends afterwards, and the descriptors that are
gone; cffisock may leave none open.  A case in which the fault never comes is a failure, and so is a
difference that is not in differences.txt, or is there and does not occur.

    python -m tests.faults            all cases, some minutes
    python -m tests.faults --quick    those that .ci/run has
    python -m tests.faults tcp recv timed    those with these words in their titles

mutants.txt has faults in the shim itself: `python -m tests.faults.mutants` puts one after the other
into a copy, and shows which test notices.
"""
