# FORMAT -> $opener and $unpacker, what undoes it here; fails with $said where nothing does.
find_unpacker() {
    opener=cat unpacker='' said="is a $1, and nothing here opens that"
    case $1 in
        (binary) return 0 ;;
        (zip)
            first_of unpacker unzip 'busybox unzip' bsdtar python3
            return
            ;;
        (tar.gz) first_of opener 'gzip -dc' 'gunzip -c' 'busybox gzip -dc' bsdtar ;;
        (tar.xz) first_of opener 'xz -dc' 'unxz -c' 'busybox xz -dc' bsdtar ;;
        (tar.zst) first_of opener 'zstd -dcq' 'unzstd -cq' bsdtar ;;
    esac && first_of unpacker tar bsdtar 'busybox tar'
}

# VARIABLE COMMAND...: the first that is here. busybox is there for many, and each time with other applets.
first_of() {
    variable=$1
    shift
    for word in "$@"; do
        have "${word%% *}" || continue
        case $word in
            (busybox*)
                rest=${word#* }
                busybox "${rest%% *}" --help >/dev/null
                [ "$?" -ne 127 ] || continue
                ;;
        esac
        case $variable in
            (opener) opener=$word ;;
            (*) unpacker=$word ;;
        esac
        return 0
    done
    return 1
}

# FILE FORMAT FOLDER
unpack() {
    {
        case $2:$opener:$unpacker in
            (zip:*unzip) (cd -- "$3" && $unpacker -q "$1") ;;
            (zip:*python3) (cd -- "$3" && python3 -m zipfile -e "$1" .) ;;
            (zip:* | *:bsdtar:*) (cd -- "$3" && bsdtar -xof "$1") ;;
            (*) $opener <"$1" | (cd -- "$3" && $unpacker -xof -) ;;
        esac
    } >/dev/null 2>"$log" && {
        # A folder that may not be written to cannot be moved, nor can what is in it.
        find "$3" -type d ! -perm -700 -exec chmod u+rwx {} \;
        return 0
    }
    hear
    said="cannot be unpacked: ${said:-$opener or $unpacker failed}"
    return 1
}
