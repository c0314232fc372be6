# This place: $os $os_version $arch $float $cpu, and every libc in $libcs, the native one first, as words
# "family:version:machine:loader" ("-" for a version that cannot be told).
look_around() {
    os=linux os_version='' arch='' float='' cpu='' libcs='' arch_by='uname -m' libc_by='the loaders that are here'
    canonical "$(uname -m)"
    system=$(uname -s)
    case $system in
        (Linux | '') ;;
        (Darwin)
            os=macos arch=$kernel os_version=$(sw_vers -productVersion)
            [ "$(sysctl -n hw.optional.arm64)" != 1 ] || arch=aarch64 arch_by='sysctl hw.optional.arm64'
            return
            ;;
        (MINGW* | MSYS* | CYGWIN* | Windows*)
            os=windows arch=$kernel
            [ "${PROCESSOR_ARCHITEW6432:-${PROCESSOR_ARCHITECTURE-}}" != ARM64 ] || arch=aarch64
            return
            ;;
        (*)
            os=$(printf '%s' "$system" | tr '[:upper:]' '[:lower:]') arch=$kernel
            return
            ;;
    esac
    find_native
    find_others
    arch=${arch:-${kernel:-unknown}}
    case $libcs in
        (bionic*) os=android ;;
    esac
    [ "$arch" != x86_64 ] || read_cpu
    override_libc
}

# uname's word -> $kernel.
canonical() {
    kernel=$1
    case $1 in
        (amd64 | x64) kernel=x86_64 ;;
        (i[3456]86 | x86) kernel=i686 ;;
        (arm64) kernel=aarch64 ;;
        (ppc64el | powerpc64le) kernel=ppc64le ;;
        (armv*b) ;;
        (armv[67]*) kernel=${1%"${1#armv?}"}l ;;
        (armv5*) kernel=armv5tel ;;
    esac
}

# The libc of the first system program whose loader is really there decides.
find_native() {
    for file in /bin/sh /usr/bin/env /bin/dash /bin/ls /bin/busybox /bin/bash /usr/bin/dpkg /sbin/apk /system/bin/sh \
        /data/data/com.termux/files/usr/bin/sh /run/current-system/sw/bin/sh; do
        read_elf "$root$file" || continue
        [ -n "$arch" ] || arch=$elf_arch float=$elf_float arch_by=$file
        [ -n "$elf_loader" ] || continue
        own_arch=$elf_arch own_float=$elf_float loader=$elf_loader
        identify "$loader" native || continue
        arch=$own_arch arch_by=$file libc_by="$file: loader $loader; version: $by"
        float_of "$loader" "$own_float"
        float=$loader_float
        add_libc
        return
    done
}

find_others() {
    set +f
    for loader in "$root"/lib*/ld* "$root"/usr/lib*/ld* "$root"/system/bin/linker*; do
        loader=${loader#"$root"}
        case ${loader##*/} in
            (*[!-A-Za-z0-9_.+]*) ;;
            (ld-linux* | ld64.so.* | ld.so.1 | ld-musl-* | ld*-uClibc* | linker | linker64)
                is_known || { identify "$loader" '' && add_libc; }
                ;;
        esac
    done
    set -f
    [ -z "$arch" ] && [ -n "$libcs" ] || return 0
    arch_by=${libcs#*:*:*:}
    arch_by=${arch_by%% *}
    read_elf "$root$arch_by" && arch=$elf_arch float=$elf_float
}

is_known() {
    for libc in $libcs; do
        [ "$root$loader" -ef "$root${libc#*:*:*:}" ] && return 0
    done
    return 1
}

add_libc() { libcs="$libcs${libcs:+ }$family:${found:--}:$libc_arch:$loader"; }

# LOADER NATIVE -> $family $found $libc_arch, by the loader's own bytes; fails for stubs and imitations.
identify() {
    family='' found='' by='cannot be told' loader_file=$root$1
    read_elf "$loader_file" || return 1
    libc_arch=$elf_arch
    case $elf_arch/$elf_float in
        (armv*l/soft) libc_arch=armv5tel ;;
        (armv*l/*) libc_arch=armv7l ;;
    esac
    case $1 in
        (/system/*/linker* | /apex/*) family=bionic && return ;;
        (*uClibc*) family=uclibc && return ;;
    esac
    if ! have grep; then
        family=glibc
        case $1 in (*musl*) family=musl ;; esac
    elif holds gcompat -e 'NixOS cannot run' -e stub-ld -e NIX_LD; then
        return 1
    elif holds GLIBC_PRIVATE; then
        family=glibc
    elif holds 'musl libc'; then
        family=musl
    else
        return 1
    fi
    "${family}_version" "$1" "$2" || found=''
}

holds() { grep -q -e "$@" "$loader_file"; }
strings_of() { tr -c '[:print:]' '\n' <"$1" | grep -e "$2"; }

# SOURCE WORDS -> $found, the first word that is one: of "stable release version 2.36.", "2.36", "2.39.9000".
pick() {
    by=$1
    shift
    for word in "$@"; do
        word=${word%[.,]}
        case $word in
            (*[!0-9.]* | .* | *. | *..* | *[0-9][0-9][0-9][0-9][0-9]*) ;;
            ([12].*) found=$word && return 0 ;;
        esac
    done
    return 1
}

# Answers are words to look through, so they are unquoted.
musl_version() {
    pick "$1 --version" $("$loader_file" --version 2>&1) ||
        pick "bytes of $1" $(strings_of "$loader_file" '^1[.][0-9][0-9]*[.][0-9][0-9]*$')
    return 0
}

# The loader itself, the library beside it, getconf, ldd, and last a file's name: the first that answers.
glibc_version() {
    pick "$1 --version" $(banner "$("$loader_file" --version)") && return
    find_library "$1"
    if [ -n "$library" ]; then
        pick "$library" $(banner "$("$loader_file" "$library" || "$library")") && return
        pick "bytes of $library" $(banner "$(strings_of "$library" 'GNU C Library.*release version')") && return
    fi
    if [ -n "$2" ]; then
        pick 'getconf GNU_LIBC_VERSION' $(banner "$(getconf GNU_LIBC_VERSION)") && return
        word=$(ldd --version)
        case $word in
            (*musl*) ;;
            (*) word=${word%%"$newline"*} && pick 'ldd --version' "${word##* }" && return ;;
        esac
    fi
    word=$(readlink "${library:-$loader_file}")
    word=${word##*/}
    word=${word%.so}
    pick 'name of a file' "${word#*-}"
}

# What glibc says of itself, nothing of anybody else's answer.
banner() {
    case $1 in
        (*'release version '*) printf '%s' "${1#*release version }" ;;
        ('glibc '*) printf '%s' "$1" ;;
    esac
}

# LOADER -> $library, its libc.so.6: of its machine, in its folder or where libraries lie.
find_library() {
    library=''
    spot=$(readlink -f "$root$1")
    set +f
    for spot in "${spot%/*}" "$root${1%/*}" "$root"/lib* "$root"/usr/lib* "$root"/lib/*-linux-gnu* \
        "$root"/usr/lib/*-linux-gnu*; do
        read_elf "$spot/libc.so.6" || continue
        case $libc_arch/$elf_arch in
            ("$elf_arch"/* | arm*/arm*) library=$spot/libc.so.6 && break ;;
        esac
    done
    set -f
}

# /proc/cpuinfo -> the x86-64 level (psABI); an emulator shows another machine's, which has no such flags.
read_cpu() {
    cpu_flags=''
    [ -r "$root/proc/cpuinfo" ] && while IFS=: read -r word rest; do
        case $word in
            (flags*) cpu_flags=" $rest " && break ;;
        esac
    done <"$root/proc/cpuinfo"
    has_flags 1 lm cmov cx8 fpu fxsr mmx syscall sse sse2 && has_flags 2 cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3 &&
        has_flags 3 avx avx2 bmi1 bmi2 f16c fma abm movbe xsave && has_flags 4 avx512f avx512bw avx512cd avx512dq avx512vl
}

has_flags() {
    level=$1
    shift
    for word in "$@"; do
        case $cpu_flags in
            (*" $word "*) ;;
            (*) return 1 ;;
        esac
    done
    cpu=$level
}

# The user knows better: gnu, musl, glibc:2.28, musl:1.2, none.
override_libc() {
    [ -n "$libc_asked" ] || return 0
    libc_by=$libc_asked_by family=${libc_asked%%:*} found='' first='' others=''
    case $family in
        (none) libcs='' && return ;;
        (gnu) family=glibc ;;
        (glibc | musl) ;;
        (*) misused "$libc_asked_by: $libc_asked is none of gnu, musl, glibc:2.28, musl:1.2" ;;
    esac
    case $libc_asked in
        (*:*) pick "$libc_asked_by" "${libc_asked#*:}" || misused "$libc_asked_by: ${libc_asked#*:} is no version" ;;
    esac
    for libc in $libcs; do
        case $libc:$first in
            ("$family":*:) first=" $family:${found:-$(field "$libc")}:${libc#*:*:}" ;;
            (*) others="$others $libc" ;;
        esac
    done
    libcs=${first:-" $family:${found:--}:$arch:"}$others
    libcs=${libcs# }
}

# The version of a libc.
field() {
    rest=${1#*:}
    printf '%s' "${rest%%:*}"
}
