# News on stdout unless quiet, errors on stderr always.
say() { [ -n "$quiet" ] || printf '%s\n' "$*"; }
detail() { [ -z "$verbose" ] || printf '  %s\n' "$*"; }
warn() { [ -n "$quiet" ] || printf 'note: %s\n' "$*" >&3; }

fail() {
    printf 'error: %s\n' "$*" >&3
    exit 1
}

misused() {
    printf 'error: %s\n  hint: sh install.sh --help\n' "$*" >&3
    exit 2
}

have() { command -v "$1" >/dev/null; }

# The first telling line of what a tool said, fit for a terminal -> $said.
hear() {
    said=$(tr '\r' '\n' <"${1:-$log}" | tr -cd '[:print:]\n' | grep . | head -n 1 | cut -c 1-200)
}

# Calls COMMAND ... LINE for each line of LIST.
each_line() {
    list=$1
    shift
    IFS=$newline
    for line in $list; do
        IFS=$blanks
        "$@" "$line"
    done
    IFS=$blanks
}

# TEXT FROM TO -> $swapped
swap() {
    swapped='' rest=$1
    while :; do
        case $rest in
            (*"$2"*) swapped=$swapped${rest%%"$2"*}$3 rest=${rest#*"$2"} ;;
            (*) break ;;
        esac
    done
    swapped=$swapped$rest
}

# A text as one word of a shell.
shell_word() {
    swap "$1" \' "'\\''"
    printf "'%s'" "$swapped"
}
