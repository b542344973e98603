/* An interpreter with the sanitizers in it, so that their runtime is there before all else,
 * whatever the environment of a child is.  Memory is malloc(3)'s, in which they see each block. */
#include <Python.h>

#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>

/* What the sanitizers ask for their options, which the environment may add to. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__lsan_default_options(void);

const char *__asan_default_options(void)
{
    /* A size that no machine has is for Python to report.  Before the program, which has the
     * runtime in it, there may be a preloaded library.  suite.py finds the names.  What is freed is
     * kept for a while: not for so long that the tests which measure memory see it grow. */
    return "allocator_may_return_null=1:verify_asan_link_order=0:symbolize=0:quarantine_size_mb=16";
}

const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1:symbolize=0";
}

/* Python itself leaves memory to the end of the process: suite.py knows what is the shim's. */
const char *__lsan_default_options(void)
{
    return "exitcode=0:print_suppressions=0";
}

/* Opens the file of all findings.  The tests have standard error, and count descriptors, so that it
 * must not be opened with the first finding; and they take the lowest numbers for theirs. */
static void open_log(void)
{
    int fd = open(LOG, O_WRONLY | O_APPEND | O_CLOEXEC);
    int log = fcntl(fd, F_DUPFD_CLOEXEC, 200);

    close(fd);
    if (log < 0)
        abort();
    __sanitizer_set_report_fd((void *)(intptr_t)log);
}

int main(int argc, char **argv)
{
    PyPreConfig config;
    PyStatus status;

    open_log();
    PyPreConfig_InitPythonConfig(&config);
    config.allocator = PYMEM_ALLOCATOR_MALLOC;
    status = Py_PreInitializeFromBytesArgs(&config, argc, argv);
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
    return Py_BytesMain(argc, argv);
}
