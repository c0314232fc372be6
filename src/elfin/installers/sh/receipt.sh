# The receipt: JSON that `--uninstall` reads line by line, so it is written line by line.
json() {
    swap "$1" '\' '\\'
    swap "$swapped" '"' '\"'
    printf '"%s"' "$swapped"
}

# Text of a JSON string, without its quotes -> $text.
unjson() {
    rest=$1 text=''
    while :; do
        case $rest in
            (*\\*) ;;
            (*) break ;;
        esac
        text=$text${rest%%\\*} rest=${rest#*\\}
        text=$text${rest%"${rest#?}"} rest=${rest#?}
    done
    text=$text$rest
}

json_entry() {
    printf '%s\n    ' "$comma"
    json "$1"
    comma=,
}

json_list() {
    printf ',\n  "%s": [' "$1"
    comma=''
    each_line "$2" json_entry
    printf '\n  ]'
}

json_pair() {
    printf ',\n  "%s": ' "$1"
    json "$2"
}

write_receipt() {
    printf '{\n  "schema": 1'
    json_pair app "$app"
    json_pair version "$version"
    json_pair artifact "$name"
    json_pair target "$target"
    json_pair sha256 "$sha256"
    json_pair install_dir "$bin"
    json_list files "$files"
    # A program of the previous tree may be running, this script's caller among them: it goes next time.
    json_list folders "$tree$newline$previous"
    json_list path_files "$path_files"
    json_pair base_url "$base_used"
    printf '\n}\n'
}

save_receipt() {
    [ -n "$managed" ] || return 0
    case $config$bin$base_used in
        (/*[[:cntrl:]]*) ;;
        (/*)
            mkdir -p -- "$config" && write_receipt >"$receipt.$$" && mv -f -- "$receipt.$$" "$receipt" && return
            rm -f -- "$receipt.$$"
            ;;
    esac
    warn "no receipt could be written${config:+ to $config}: --uninstall will find nothing"
}

# Calls COMMAND KEY VALUE for every entry of the receipt.
read_receipt() {
    key=''
    while IFS= read -r line; do
        line=${line#"${line%%[! ]*}"}
        line=${line%,}
        case $line in
            ('"'*'": '*)
                key=${line#?}
                key=${key%%'"'*} line=${line#*'": '}
                ;;
        esac
        case $line in
            ('"'*'"')
                line=${line#?}
                unjson "${line%?}"
                "$1" "$key" "$text"
                ;;
        esac
    done <"$receipt"
}

# What an earlier install left: its tree stays until the next one, older ones go.
remember_tree() {
    if [ -n "$previous" ]; then
        outdated=$outdated$1$newline
    else
        previous=$1
    fi
}

# Only what can be a tree of ours: a folder in a folder that has the name of this program.
drop_tree() {
    case $1 in
        (*/../* | */..) ;;
        (/*/"$app"/?* | /*/."$app"/?*) rm -rf -- "$1" ;;
    esac
}

uninstall() {
    find_home
    [ -r "$receipt" ] || fail "no receipt at $receipt: this installer did not install $app here"
    left='' found=''
    read_receipt remove_entry
    [ -n "$found" ] || fail "$receipt names no file that was installed; nothing was removed"
    [ -z "$left" ] || fail "not everything could be removed:$left"
    rm -f -- "$receipt" || fail "$receipt cannot be removed"
    rmdir -- "$config"
    say "$app is uninstalled"
}

remove_entry() {
    case $1 in
        (install_dir) from=$2 && return ;;
        (files) found=1 && { [ "${2%/*}" != "$from" ] || rm -f -- "$2"; } ;;
        (folders) drop_tree "$2" && rmdir -- "${2%/*}" ;;
        (path_files) forget_path "$2" && return ;;
        (*) return ;;
    esac
    if [ -e "$2" ] || [ -h "$2" ]; then
        left="$left $2"
    else
        say "removed $2"
    fi
}
