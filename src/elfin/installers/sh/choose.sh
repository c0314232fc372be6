# The artifacts in the order in which they are tried: $tried; those that do not fit, the nearest miss first: $refused.
choose() {
    tried=' ' refused=' ' ranks=''
    if [ -n "$target_asked" ]; then
        count=0
        while [ "$count" -lt "$artifacts" ]; do
            count=$((count + 1))
            choose_asked "$count"
        done
        return
    fi
    each_row rank_row
    for pass in 0 1 2 3 4 5 6 7 8 9 90 91 92 93 94 95 96 97; do
        for word in $ranks; do
            [ "${word#*:}" = "$pass" ] || continue
            case "$tried$refused" in
                (*" ${word%:*} "*) continue ;;
            esac
            if [ "$pass" -lt 90 ]; then
                tried="$tried${word%:*} "
            else
                refused="$refused${word%:*} "
            fi
        done
    done
}

choose_asked() {
    artifact "$1"
    if [ "$target" = "$target_asked" ]; then
        tried="$tried$1 "
    else
        refused="$refused$1 "
    fi
}

rank_row() {
    judge "$@"
    ranks="$ranks $1:$rank"
}

# NUMBER -> its facts, and $why it is tried or not, by the row that serves best.
tell_artifact() {
    artifact "$1"
    best_why="is for $target" wanted=$1 best=100
    if [ -z "$target_asked" ]; then
        each_row tell_row
    elif [ "$target" = "$target_asked" ]; then
        best_why="$target_asked_by asks for it"
    fi
    why=$best_why
}

tell_row() {
    [ "$1" = "$wanted" ] || return 0
    judge "$@"
    [ "$rank" -ge "$best" ] || best=$rank best_why=$why
}

list_refused() {
    for chosen in $refused; do
        tell_artifact "$chosen"
        printf '  %s   %s\n' "$name" "$why"
    done
}

describe_place() {
    place="$os${os_version:+ $os_version}, $arch${cpu:+ (x86-64-v$cpu)}"
    case $os in
        (linux | android)
            place="$place, $(spell_all)"
            word=${libcs%% *}
            word=${word#*:*:*:}
            place="$place${word:+ via $word}"
            ;;
    esac
}
