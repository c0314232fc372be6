# Where things go: $bin for programs, $data for the tree of a release that has one, $stage on the way, $config.
find_home() {
    home=${HOME-}
    [ -n "$home" ] || {
        user=$(id -u)
        [ ! -r /etc/passwd ] || while IFS=: read -r _ _ number _ _ entry _; do
            [ "$number" != "$user" ] || home=$entry
        done </etc/passwd
        [ -z "$home" ] || warn "HOME is not set: $home is taken"
    }
    config=''
    case ${XDG_CONFIG_HOME-} in
        (/*) config=$XDG_CONFIG_HOME/$app ;;
        (*) [ -z "$home" ] || config=$home/.config/$app ;;
    esac
    receipt=$config/$app-receipt.json
}

find_folders() {
    managed=1 data=''
    bin=${unmanaged:-$dir_asked}
    [ -z "$unmanaged" ] || managed=''
    [ -n "$bin" ] || own_folders take_folder
    case $bin in
        ('') fail "HOME is not set, and nothing tells where to install: set ${prefix}_INSTALL_DIR" ;;
        ('~/'*) bin=$home/${bin#??} ;;
        (/*) ;;
        (*) bin=$PWD/$bin ;;
    esac
    find_data
}

# VALUE REST: the first whose variable is an absolute path.
take_folder() {
    case $bin$1 in
        (/*) bin=${bin:-$1$2} ;;
    esac
}

# FOLDER -> $made, the same without "..", and $staged, a folder of this run's own in it.
make_stage() {
    missing=$1
    while [ ! -d "$missing" ] && [ -n "$missing" ]; do
        case $missing in
            (*/.. | *"$newline"*) ;;
            (*) new_folders=$new_folders$missing$newline ;;
        esac
        missing=${missing%/*}
    done
    said=$(mkdir -p -- "$1" 2>&1) || fail "$1 cannot be made: ${said##*: }"
    made=$(cd -- "$1" && pwd && printf x) || fail "$1 cannot be entered"
    made=${made%"$newline"x}
    set +f
    for old in "$made/.$app-install."*; do
        # What dead runs left.
        [ -e "$old" ] && [ -n "$(find "$old" -prune -mtime +0)" ] || continue
        kill -0 "${old##*.}" || rm -rf -- "$old"
    done
    set -f
    staged=$made/.$app-install.$$
    said=$(mkdir -m 700 -- "$staged" 2>&1) || {
        staged=''
        fail "$made cannot be written to: ${said##*: }"
    }
}

prepare() {
    make_stage "$bin"
    bin=$made bin_stage=$staged stage=$staged
    make_data_stage
    log=$stage/said
    mkdir "$bin_stage/old" "$bin_stage/new" || fail "$bin cannot be written to"
}

# Whatever happens: what was replaced and not finished comes back, and nothing of this run's own stays.
clean_up() {
    roll_back
    for word in "$stage" "$bin_stage" "$staged" "$fetched"; do
        [ ! -d "$word" ] || rm -rf -- "$word"
    done
    [ -n "$installed" ] || each_line "$new_folders" rmdir --
    stage='' bin_stage='' staged='' fetched='' new_folders=''
}

interrupted() {
    trap '' HUP INT TERM
    said='nothing was changed'
    [ -z "$installed" ] || said="$app is installed"
    printf 'error: interrupted; %s\n' "$said" >&3
    clean_up
    trap - EXIT
    exit "$1"
}

# PROGRAM WORDS-BEFORE-IT -> $code. There, since some shells take a program of another machine for a script.
run_probe() {
    [ -d "$stage" ] && (cd -- "$stage" && own_probe ${2:+"$2" "$3"} "$1" >"$stage/output" 2>"$log")
    code=$?
}

# PROGRAM: runs it where it will stay, before anything is replaced: a folder may forbid it, a library may be missing.
probe() {
    [ -f "$1" ] || { said="${1#"$unpacked/"} is not in the archive" && return 1; }
    [ -x "$1" ] || chmod 755 "$1"
    set -- "$1" timeout 60
    # What is for another machine, timeout would have sh read as a script.
    [ -z "$target_asked" ] || ! read_elf "$1" || [ "$elf_arch" = "$arch" ] || set -- "$1" ''
    run_probe "$@"
    # An older timeout takes its number by an option.
    [ "$code" -eq 0 ] || [ -z "$2" ] || timeout 5 true >/dev/null || { set -- "$1" '' && run_probe "$1"; }
    [ "$code" -ne 0 ] || return 0
    hear
    [ -n "$said" ] || hear "$stage/output"
    ! read_elf "$1" || [ "$elf_arch" = "$arch" ] || said="it is for $elf_arch"
    case $code/$2 in
        (124/?*) said='it did not end within a minute' ;;
        (126/*) said="${said:-it may not be started}; does the folder forbid programs (noexec)?" ;;
        (127/*) said=${said:-its loader or a library is missing} ;;
        (132/*) said='this processor lacks an instruction that it uses' ;;
        (*)
            # Without arguments it was only to be seen starting.
            case $probe_strict$said in
                (1* | *GLIBC*'not found'* | *'shared librar'* | *'rror relocating'*) ;;
                (*) [ "$code" -gt 125 ] || return 0 ;;
            esac
            ;;
    esac
    said="does not run here: ${said:-it ended with $code}"
    return 1
}

# NAME SOURCE: put in place of what is there, which is kept until all is done.
replace() {
    [ -z "$failed" ] || return 0
    if [ -d "$bin/$1" ]; then
        failed="$bin/$1 is a folder"
        return
    elif [ -h "$bin/$1" ]; then
        cp -pP -- "$bin/$1" "$bin_stage/old/$1"
    elif [ -e "$bin/$1" ]; then
        ln -- "$bin/$1" "$bin_stage/old/$1" || cp -p -- "$bin/$1" "$bin_stage/old/$1"
    fi && replacing="$1/$replacing" && mv -f -- "$2" "$bin/$1" && files=$files$bin/$1$newline && return
    failed=1
}

roll_back() {
    while [ -n "$replacing" ]; do
        word=${replacing%%/*} replacing=${replacing#*/}
        if [ -e "$bin_stage/old/$word" ] || [ -h "$bin_stage/old/$word" ]; then
            mv -f -- "$bin_stage/old/$word" "$bin/$word"
        else
            rm -f -- "$bin/$word"
        fi
    done
    drop_new_tree
}

commit() {
    failed='' files=''
    place_all 2>"$log"
    if [ -n "$failed" ]; then
        hear
        [ "$failed" != 1 ] || failed=${said:-"$bin cannot be written to"}
        fail "$name cannot be put in place: $failed"
    fi
    replacing='' installed=1 tree=$new_tree new_tree=''
}
