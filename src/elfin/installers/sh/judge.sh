# Does what a row asks for fit this place: $rank is what it is tried after; from 90 on not at all, the nearest miss
# first. The decisions are those of elfin's host/fit.py and installers/choose.py, and are tested against them.
judge() {
    need_arch=${2-} need_libc=${3-} floor=${4-} loader=${5-} need_float=${6-} level=${7:-1} runs=" ${8-} " maybe=" ${9-} "
    guessed=${10-} need_os=${11-linux} os_floor=${12-} verdict='' rank='' why='' usable='' far=0 wish="$need_libc${floor:+ $floor}"
    case $need_os/$os/$need_libc in
        (any/* | "$os/$os"/* | linux/android/) ;;
        (*) misfit 97 "is for $need_os; this place is $os" && return ;;
    esac
    for libc in $libcs; do
        own=${libc#*:*:}
        own=${own%%:*}
        case $own/$arch in
            (/* | arm*/arm*) own=$arch ;;
        esac
        case $own/" $need_arch"$runs in
            ("$need_arch"/* | */'   ' | arm*/*" $own "*) usable="$usable $libc" ;;
        esac
    done
    [ "${need_arch:-$arch}" = "$arch" ] || judge_machine || return 0
    [ -z "$need_libc" ] || { judge_float && judge_libc; }
    if [ -n "$os_floor" ]; then
        compare "${os_version:--}" "$os_floor"
        case $os_version/$compared in
            (/*) doubt "there is $os $os_floor" ;;
            (*/more) ;;
            (*) misfit 92 "needs $os $os_floor; this place has $os $os_version" ;;
        esac
    fi
    if [ "$level" -gt "${cpu:-1}" ]; then
        if [ -n "$cpu" ]; then
            misfit 91 "needs x86-64-v$level; this place has x86-64-v$cpu"
        else
            doubt "there is x86-64-v$level"
        fi
    fi
    # A dynamic program does not even start where its loader is missing, as on NixOS.
    [ -z "$loader" ] || [ -e "$root$loader" ] || misfit 90 "names the loader $loader, which is not here"
    [ -n "$rank" ] || rank_fitting
}

# The first misfit counts, else the first doubt.
misfit() { [ -n "$rank" ] || rank=$1 why=$2; }
doubt() { [ -n "$rank$verdict" ] || verdict=doubt why="may run: whether $1 cannot be told"; }

rank_fitting() {
    if [ -n "$guessed" ] && [ -z "$verdict$floor" ]; then
        verdict=doubt why='its name fits; nobody has measured what it needs'
    fi
    if [ "$level" -gt 1 ] && [ -z "$cpu" ]; then
        rank=4
    elif [ -n "$verdict" ]; then
        rank=3
    elif [ "$need_os" != linux ]; then
        rank=0 why="for $need_os${os_floor:+ $os_floor or newer} on $need_arch"
    elif [ -z "$need_libc" ]; then
        rank=1 why='static, runs with any libc'
    elif [ "$need_libc" = "${libcs%%:*}" ]; then
        rank=0 why="$shown is native${floor:+ and >= $floor}"
    else
        rank=2 why="$shown is here, too,${floor:+ and >= $floor}"
    fi
    rank=$((rank + far))
    case $far$why in
        (0* | 5may*) ;;
        (*) why="$why, for $need_arch, which this $arch place runs" ;;
    esac
}

# Another machine's programs: $runs and $maybe are the machines that run them, or of which some models do.
judge_machine() {
    far=5
    case $arch/$runs/$maybe in
        (unknown/*) doubt "this machine runs $need_arch" && return ;;
        (*" $arch "*/*) ;;
        (*/*/*" $arch "*) [ -n "$need_libc$usable" ] || doubt "this machine runs $need_arch" ;;
        (*) misfit 96 "is for $need_os on $need_arch; this place is $arch" && return 1 ;;
    esac
    [ -z "$need_libc" ] || [ -n "$usable" ] ||
        { misfit 96 "is for $need_os on $need_arch; this place is $arch without a libc for $need_arch" && return 1; }
}

# LOADER ELSE -> $loader_float: the loader's name tells, for 32-bit ARM.
float_of() {
    loader_float=$2
    case ${1##*/} in
        (ld-linux-armhf.so.3 | ld-musl-armhf.so.1 | ld-musl-armebhf.so.1) loader_float=hard ;;
        (ld-linux.so.3 | ld-musl-arm.so.1 | ld-musl-armeb.so.1) loader_float=soft ;;
    esac
}

# A static program brings its own calling convention; a dynamic one shares its libc's.
judge_float() {
    known='' unknown=''
    case $need_float/$need_arch in
        ("/$arch")
            case $arch/${float:-double} in
                (riscv64/double | loongarch64/double) ;;
                (riscv64/* | loongarch64/*) misfit 95 "has double floats; this place has $float ones" ;;
            esac
            return 0
            ;;
        (/*) return 0 ;;
    esac
    for libc in $usable; do
        [ "${libc%%:*}" = "$need_libc" ] || continue
        float_of "${libc#*:*:*:}" "$float"
        [ "$loader_float" != "$need_float" ] || return 0
        [ -n "$loader_float" ] || unknown=1
        known=${known:-$loader_float}
    done
    if [ -n "$unknown" ]; then
        doubt "there is $need_float"
    elif [ -n "$known" ]; then
        misfit 95 "has $need_float floats; this place has $known ones"
    fi
}

spell() {
    case $1 in
        (*:-:*:*) printf '%s' "${1%%:*}" ;;
        (*) printf '%s %s' "${1%%:*}" "$(field "$1")" ;;
    esac
}

spell_all() {
    all=''
    for libc in $libcs; do
        all="$all${all:+, }$(spell "$libc")"
    done
    printf '%s' "${all:-no libc}"
}

judge_libc() {
    family='' older='' unsure='' shown=''
    for libc in $usable; do
        [ "${libc%%:*}" = "$need_libc" ] || { family=${family:-$libc} && continue; }
        shown=${shown:-$(spell "$libc")}
        [ -n "$floor" ] || return 0
        compare "$(field "$libc")" "$floor"
        case $compared in
            (more) return 0 ;;
            (less) older=${older:-$libc} ;;
            (*) unsure=1 ;;
        esac
    done
    if [ -n "$unsure" ]; then
        doubt "this place has $wish"
    elif [ -n "$older" ]; then
        misfit 93 "needs $wish; this place has $(spell "$older")"
    elif [ -n "$family" ]; then
        misfit 94 "needs $wish; this place has $(spell "$family")"
    else
        misfit 94 "needs $wish; this place has $(spell_all)"
    fi
}

# HAS WANTED -> $compared: less, more (or as much), unsaid: of musl 1.2, whether it is 1.2.3; of "-", anything.
compare() {
    left=$1. right=$2. compared=more
    [ "$left" != -. ] || left=''
    while [ -n "$left" ] && [ -n "$right" ]; do
        if [ "${left%%.*}" -ne "${right%%.*}" ]; then
            [ "${left%%.*}" -gt "${right%%.*}" ] || compared=less
            return 0
        fi
        left=${left#*.} right=${right#*.}
    done
    case $right in
        (*[1-9]*) compared=unsaid ;;
    esac
}
