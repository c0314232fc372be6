# The order of things.
main() {
    [ -z "${ZSH_VERSION-}" ] || emulate sh
    set +e +u +C -f
    { true >&1; } 2>/dev/null || exec >/dev/null
    true >&2 || exec 2>/dev/null
    # Errors and notes go to 3. What tools say besides is in $log where it matters, else nowhere.
    exec </dev/null 3>&2
    case $- in
        (*x*) ;;
        (*) exec 2>/dev/null ;;
    esac
    if (set +o pipefail) >/dev/null; then set +o pipefail; fi
    [ -z "${BASH_VERSION-}" ] || shopt -u failglob nullglob
    newline='
'
    blanks=" 	$newline"
    IFS=$blanks LC_ALL=C
    export LC_ALL
    unset CDPATH GREP_OPTIONS GREP_COLOR GREP_COLORS
    quiet='' verbose='' action=install version_asked='' problems='' path_files='' previous='' outdated='' earlier='' tree=''
    stage='' bin_stage='' staged='' fetched='' replacing='' installed='' new_tree='' new_folders='' shown=''
    release
    settings
    options "$@"
    trap clean_up EXIT
    trap 'interrupted 129' HUP
    trap 'interrupted 130' INT
    trap 'interrupted 143' TERM
    [ "${version_asked:-$version}" = "$version" ] || other_version "$@"
    [ "$action" != uninstall ] || { uninstall && exit; }
    look_around
    describe_place
    choose
    find_home
    find_folders
    "$action"
    exit 0
}

# TARGET SHA256 [NAME-WITH-%-FOR-THE-TARGET TOP FORMAT NAME-IN-URLS]
facts() {
    word=${3:-$usual_name}
    swap "$word" % "$1"
    name=$swapped target=$1 sha256=$2 top=${4-$usual_top} format=${5:-tar.${word##*.tar.}} url_name=${6:-$swapped}
}

is_on() {
    case $1 in
        ('' | 0) return 1 ;;
    esac
}

options() {
    while [ "$#" -gt 0 ]; do
        case $1 in
            (-h | --help) usage && exit ;;
            (-q | --quiet) quiet=1 ;;
            (-v | --verbose) verbose=1 ;;
            (--explain) action=explain ;;
            (--uninstall) action=uninstall ;;
            (--no-modify-path) no_modify_path=1 ;;
            (--version=?*) version_asked=${1#*=} ;;
            (--version) shift && version_asked=${1:--} ;;
            (*) misused "$1 is not an option" ;;
        esac
        [ "$#" -eq 0 ] || shift
    done
    [ -z "$quiet" ] || verbose=''
    case $token in
        (*[!A-Za-z0-9.+/=~_-]*) misused "${prefix}_TOKEN holds a character that no token has" ;;
    esac
    case $version_asked in
        (*[!A-Za-z0-9.+!_-]* | [!A-Za-z0-9]*) misused "--version asks for a version, as in --version $version" ;;
    esac
}

usage() {
    printf '%s\n' "Installs $app $version: sh install.sh [OPTIONS]" '' \
        '--explain         only say what would be installed here, and why' \
        '--version V       install that version' \
        '--uninstall       remove what was installed' \
        '--no-modify-path  leave PATH alone' \
        '-q, --quiet       say nothing but errors' \
        '-v, --verbose     say more' '' "Variables (${prefix}_ before each):" \
        'INSTALL_DIR        folder for programs' \
        'UNMANAGED_INSTALL  the same, with PATH left alone and no receipt' \
        'BASE_URL           addresses or folders to take files from, in order' \
        'TARGET             take the file for this target' \
        "LIBC               this place's libc: gnu, musl, glibc:2.28, musl:1.2" \
        'TOKEN              sent to where the release comes from, nowhere else' \
        'NO_MODIFY_PATH, QUIET, VERBOSE  1: as the options' ${homepage:+'' "$homepage"}
}

# Calls COMMAND ... BASE for each folder or address that files are looked for in.
each_base() {
    if [ -z "$bases_asked" ]; then
        own_bases "$@"
    elif [ -d "$bases_asked" ]; then
        "$@" "$bases_asked"
    else
        for word in $bases_asked; do
            "$@" "$word"
        done
    fi
}

# BASE VERSION -> $base, with the version in its place; fails where it has none.
fill_in() {
    swap "${1%/}" '{version}' "$2"
    base=$swapped
    [ "$base" != "${1%/}" ]
}

# Fetches the installer of another version and hands over to it.
other_version() {
    fetched=${TMPDIR:-/tmp}/$app-install.$$ handed=''
    mkdir -m 700 -- "$fetched" || { fetched='' && fail "${TMPDIR:-/tmp} cannot be written to"; }
    stage=$fetched log=$fetched/said
    find_fetcher
    each_base fetch_script
    [ -n "$handed" ] || fail "no installer of $app $version_asked was found
$problems  hint: set ${prefix}_BASE_URL to where that version is"
    sh "$fetched/install.sh" "$@" 2>&3
    exit
}

fetch_script() {
    [ -z "$handed" ] || return 0
    fill_in "$1" "$version_asked" || [ -n "$bases_asked" ] || {
        problem "$base" "has $version only"
        return
    }
    say "fetching $base/install.sh"
    download "$base/install.sh" "$fetched/install.sh"
    if [ "$outcome" != ok ]; then
        problem "$base/install.sh" "$said"
        return
    fi
    if grep -qF -e "app='$app' version='$version_asked' " -- "$fetched/install.sh"; then
        handed=1
    else
        problem "$base/install.sh" "is no installer of $version_asked"
    fi
}

# WHAT REASON
problem() {
    problems="$problems  $1   $2$newline"
    detail "$1: $2"
}

explain() {
    printf '%s %s on %s\n  machine: %s, by %s\n' "$app" "$version" "$place" "$arch" "$arch_by"
    case $os in
        (linux | android) printf '  libc: %s, by %s\n' "$(spell_all)" "$libc_by" ;;
    esac
    [ "$tried" = ' ' ] || printf 'tried in this order:\n'
    for chosen in $tried; do
        tell_artifact "$chosen"
        find_unpacker "$format" || why="$why; but it $said"
        printf '  %s   %s\n' "$name" "$why"
    done
    [ "$refused" = ' ' ] || printf 'not for this place:\n'
    list_refused
    printf 'from:\n'
    each_base show_base
    printf 'into:\n  %s\n' "$bin" ${data:+"$data"}
    find_fetcher
    find_digester
    printf 'fetched by %s, checked by %s\n' "${fetcher:-nothing that is here}" "${digester:-nothing that is here}"
    [ "$tried" != ' ' ] || exit 1
}

show_base() {
    fill_in "$1" "$version"
    printf '  %s\n' "$base"
}

install() {
    [ "$tried" != ' ' ] || give_up "${target_asked:+is for $target_asked, which $target_asked_by asks for, and }runs here"
    find_fetcher
    find_digester || fail 'nothing here computes sha256, so nothing is installed: get sha256sum, shasum or openssl'
    prepare
    [ -z "$managed" ] || [ ! -r "$receipt" ] || read_receipt recall
    dead=1
    for chosen in $tried; do
        artifact "$chosen"
        try_artifact && break
    done
    [ -n "$installed" ] || give_up 'could be installed'
    edit_path
    save_receipt
    each_line "$outdated" drop_tree
    each_line "$earlier" drop_program
    each_line "$files" tell_file
    [ -z "$managed" ] || tell_path "${shown##*/}"
}

# What an earlier install left that this one goes on with.
recall() {
    case $1 in
        (files) [ "${2%/*}" != "$bin" ] || earlier=$earlier$2$newline ;;
        (path_files) ! grep -qF -e "$path_mark" -- "$2" || note_path_file "$2" ;;
        (install_dir)
            from=$2
            [ "$from" = "$bin" ] || warn "$app in $from stays; --uninstall will not know of it any more"
            ;;
        (folders) [ "$from" != "$bin" ] || remember_tree "$2" ;;
    esac
}

# A program that this version has no more.
drop_program() {
    case $newline$files in
        (*"$newline$1$newline"*) ;;
        (*) rm -f -- "$1" && say "removed $1" ;;
    esac
}

tell_file() {
    shown=$1
    say "installed $1 ($version, $target)"
}

try_artifact() {
    find_unpacker "$format" || {
        problem "$name" "$said"
        return 1
    }
    got='' base_used=''
    each_base fetch_artifact
    if [ -z "$got" ]; then
        [ -z "$dead" ] || fail "nothing could be reached, so $app $version was not installed
$problems  hint: get $name by other means, and set ${prefix}_BASE_URL to its folder"
        return 1
    fi
    unpacked=$stage/unpacked.$chosen probed=''
    mkdir -- "$unpacked"
    { [ "$format" = binary ] || unpack "$stage/archive" "$format" "$unpacked"; } &&
        each_program "$chosen" probe_first
    if [ "$probed" != yes ]; then
        problem "$name" "${said:-has no program}"
        return 1
    fi
    commit
}

# BASE
fetch_artifact() {
    [ -z "$got" ] || return 0
    fill_in "$1" "$version"
    case $base in
        (http*://*) address=$base/$url_name ;;
        (*) address=$base/$name ;;
    esac
    say "fetching $address"
    download "$address" "$stage/archive"
    [ "$outcome" = unreached ] || dead=''
    if [ "$outcome" != ok ]; then
        problem "$address" "$said"
        return
    fi
    digest "$stage/archive"
    if [ "$computed" = "$sha256" ]; then
        case $base in
            (*://* | /*) ;;
            (*) base=$PWD/$base ;;
        esac
        got=1 base_used=$base
    else
        problem "$address" "has sha256 $computed instead of $sha256"
    fi
}

probe_first() {
    [ -z "$probed" ] || return 0
    probed=no
    if [ "$format" = binary ]; then
        ln "$stage/archive" "$unpacked/$1" || cp "$stage/archive" "$unpacked/$1"
        probe "$unpacked/$1" && probed=yes
    else
        probe "$unpacked/$2" && probed=yes
    fi
}

give_up() {
    {
        printf 'error: no %s %s build %s (%s)\n%s' "$app" "$version" "$1" "$place" "$problems"
        list_refused
        printf '  hint: --explain tells more; %s_TARGET=... takes one whatever the place is\n' "$prefix"
        [ -z "$homepage" ] || printf '  see %s\n' "$homepage"
    } >&3
    exit 1
}
