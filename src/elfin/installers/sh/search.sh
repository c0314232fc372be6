# PATH: a line in the files that shells read, best effort; what fails is said and stops nothing.
in_path() {
    case :$PATH: in
        (*:"$bin":*) return 0 ;;
        (*) return 1 ;;
    esac
}

edit_path() {
    [ -z "$no_modify_path" ] && [ -n "$managed" ] || return 0
    [ -z "${GITHUB_PATH-}" ] || grep -qxF -e "$bin" -- "$GITHUB_PATH" || append "$GITHUB_PATH" "$bin"
    case $bin in
        (*"$newline"* | *:*) return ;;
        ("$home"/*) folder='"$HOME"'/$(shell_word "${bin#"$home"/}") ;;
        (*) folder=$(shell_word "$bin") ;;
    esac
    ! in_path && [ -n "$home" ] || return 0
    path_line='case ":$PATH:" in *:'$folder':*) ;; *) export PATH='$folder':"$PATH" ;; esac '$path_mark
    login=''
    for rc in "$home/.bash_profile" "$home/.bash_login" "$home/.profile"; do
        [ ! -f "$rc" ] || { add_line "$rc" && login=1; }
    done
    [ -n "$login" ] || add_line "$home/.profile"
    [ ! -f "$home/.bashrc" ] || add_line "$home/.bashrc"
    rc=${ZDOTDIR:-$home}/.zshrc
    [ -f "$rc" ] || case ${SHELL-} in
        (*/zsh) ;;
        (*) rc=${ZDOTDIR:-$home}/.zshenv ;;
    esac
    case $rc in
        (*rc) add_line "$rc" ;;
        (*) [ ! -f "$rc" ] || add_line "$rc" ;;
    esac
    rc=${XDG_CONFIG_HOME:-$home/.config}/fish
    case ${SHELL-}:$bin in
        (*:*[\'\\]*) return ;;
        (*/fish:*) ;;
        (*) [ -d "$rc" ] || return 0 ;;
    esac
    mkdir -p -- "$rc/conf.d"
    path_line="contains -- '$bin' \$PATH; or set -gx PATH '$bin' \$PATH $path_mark"
    add_line "$rc/conf.d/$app.fish"
}

# FILE: also true where the line is there already.
add_line() {
    grep -qxF -e "$path_line" -- "$1" || append "$1" "$path_line" || {
        warn "$1 could not be changed"
        return 1
    }
    note_path_file "$1"
}

note_path_file() {
    case $newline$path_files in
        (*"$newline$1$newline"*) ;;
        (*) path_files=$path_files$1$newline ;;
    esac
}

# FILE LINE, on a line of its own even where the last one does not end.
append() {
    word=''
    [ ! -s "$1" ] || [ -z "$(tail -c 1 -- "$1" | tr -c '\n' x)" ] || word=$newline
    printf '%s%s\n' "$word" "$2" >>"$1"
}

# FILE: without the lines that carry the mark; written in place, since it may be a link. No shell keeps all bytes.
forget_path() {
    grep -qF -e "$path_mark" -- "$1" || return 0
    kept=$receipt.$$
    if (umask 077 && grep -avF -e " $path_mark" -- "$1" >"$kept"); [ "$?" -gt 1 ]; then
        false
    elif [ ! -s "$kept" ] && [ ! -h "$1" ]; then
        rm -f -- "$1"
    else
        cat "$kept" >"$1"
    fi || left="$left $1"
    rm -f -- "$kept"
    case "$left " in
        (*" $1 "*) ;;
        (*) say "removed a line from $1" ;;
    esac
}

tell_path() {
    if ! in_path; then
        if [ -n "$path_files" ]; then
            say "new shells will find it; this one after:"
        else
            say "$bin is not on PATH:"
        fi
        say "  export PATH=$(shell_word "$bin"):\"\$PATH\""
        return
    fi
    word=$(command -v -- "$1")
    [ "${word:-$bin/$1}" = "$bin/$1" ] || warn "another $1 comes first on PATH: $word"
}
