"""The shim under sanitizers: memory, undefined behaviour, threads, and input of every kind.

    python -m tests.sanitize [--quick] [PART [WORD...]]

The parts; ``--quick`` is for what .ci/run has of them, which is all but the last:

``suite``
    the tests, on an interpreter that has AddressSanitizer and UndefinedBehaviorSanitizer in it and
    allocates by malloc(3), with a shim that they look into; what the shim leaves allocated counts
    too.  Words are pytest's.
``threads``
    many threads in the shim, by a program in C, threads.c, under ThreadSanitizer.  Words are the
    names of its scenes.
``fuzz``
    libFuzzer on what reads control messages, addresses, batches, and what the C library found:
    once with the sanitizers of the suite, and once with MemorySanitizer.  Words are names of
    targets.
``memcheck``
    valgrind on a good part of the tests, with the shim as it is built for everybody.  Words are
    pytest's.

clang compiles, of Debian's packages ``clang`` and ``libclang-rt-14-dev``, or what CLANG names.  A
finding ends what has it; nothing is suppressed, but for what a file says with its reason.
"""
