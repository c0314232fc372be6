/* hello: says what it is and which C library it runs on, so that a test can tell one build from another.

   A build for glibc 2.17 or 2.28 uses a function of that very release, as real programs come to do without noticing:
   its symbols then need the floor that the build was made for. (2.34 needs no help: `__libc_start_main` is new there.) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <string.h>

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#include <stdlib.h>
#if __GLIBC_PREREQ(2, 28)
#include <threads.h>
#endif
#endif

#ifndef VERSION
#define VERSION "0"
#endif
#ifndef LINKAGE
#define LINKAGE "dynamic"
#endif

#if defined(__x86_64__) || defined(_M_X64)
#define ARCH "x86_64"
#elif defined(__aarch64__) || defined(_M_ARM64)
#define ARCH "aarch64"
#elif defined(__i386__)
#define ARCH "i686"
#elif defined(__arm__) && __ARM_ARCH >= 7
#define ARCH "armv7"
#elif defined(__arm__)
#define ARCH "armv6"
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH "riscv64"
#elif defined(__s390x__)
#define ARCH "s390x"
#elif defined(__powerpc64__)
#define ARCH "ppc64le"
#else
#define ARCH "unknown"
#endif

#ifdef __GLIBC__
#define LIBC "glibc "
#else
#define LIBC ""
#endif

static const char *libc(void)
{
/* No printf: on ppc64le it would need glibc 2.32, since its long double is a newer one. */
#if defined(_WIN32)
    return "windows";
#elif defined(__APPLE__)
    return "macos";
#elif defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 28)
    thrd_yield();
#elif __GLIBC_PREREQ(2, 17)
    if (secure_getenv("HELLO_LIBC"))
        return secure_getenv("HELLO_LIBC");
#endif
    return gnu_get_libc_version();
#else
    return "musl";
#endif
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0)
        return puts("hello " VERSION) < 0;
    if (argc > 1) {
        fputs("error: hello knows --version only\n", stderr);
        return 2;
    }
    fputs("hello " VERSION ": " ARCH ", " LIBC, stdout);
    fputs(libc(), stdout);
    return puts(", " LINKAGE) < 0;
}
