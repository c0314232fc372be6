# Getting files. $outcome: ok, missing, failed or unreached; $said: why, in the tool's words.
find_fetcher() {
    fetcher='' curl_old=''
    if have curl; then
        fetcher=curl
    else
        find_wget
    fi
}

find_wget() {
    fetcher=''
    have wget || return 0
    fetcher=wget
    case $(wget --version) in
        (*GNU*) fetcher='GNU wget' ;;
    esac
}

# URL FILE
download() {
    url=$1 file=$2
    for try in 1 2 3; do
        outcome=ok said=''
        case $url in
            (file:///*) copy_local "${url#file://}" ;;
            (http://* | https://*) fetch_with ;;
            (*://*) outcome=failed said='no such kind of address is known here' ;;
            (*) copy_local "$url" ;;
        esac
        case $outcome/$try in
            (transient/3) outcome=failed && return ;;
            (transient/* | unreached/1) detail "$said; once more" && sleep "$try" ;;
            (*) return ;;
        esac
    done
}

copy_local() {
    if [ ! -f "$1" ]; then
        outcome=missing said='no such file'
    else
        cat <"$1" >"$file" 2>"$log" || { outcome=failed && hear; }
    fi
}

fetch_with() {
    secret='' allowed=''
    [ -z "$token" ] || own_bases allow_token "$url"
    [ -z "$allowed" ] || secret=$token
    run_fetcher
    # Asking it for its version beforehand would take as long as a small download.
    case $fetcher/$code/$url in
        (curl/2/https:*) curl_old=1 && run_fetcher ;;
        (curl/12[67]/*) find_wget && run_fetcher ;;
    esac
    [ "$code" -ne 0 ] || return 0
    [ -n "$fetcher" ] || { outcome=unreached said='neither curl nor wget is here, or none that starts' && return; }
    hear
    case $fetcher in
        (curl) said=${said#curl: } ;;
        (*) said=${said#wget: } ;;
    esac
    case $fetcher/$code/$said in
        (curl/22/*) http_status "${said##*error: }" ;;
        (curl/[567]/* | curl/28/* | curl/35/* | curl/5[13]/* | curl/60/* | curl/77/* | GNU*/[45]/*) outcome=unreached ;;
        (curl/18/* | curl/5[256]/* | curl/9[25]/*) outcome=transient ;;
        (wget/*'error getting'* | wget/*'short read'* | wget/*reset*) outcome=transient ;;
        (GNU*/8/*) http_status "${said##*ERROR }" ;;
        (wget/*'server returned error'*) http_status "${said##*HTTP/??? }" ;;
        (wget/*'bad address'* | wget/*connect* | wget/*'timed out'* | wget/*nreach* | wget/*TLS*) outcome=unreached ;;
        (*) outcome=failed ;;
    esac
    said=${said:-"$fetcher ended with $code"}
}

run_fetcher() {
    : >"$log"
    case $fetcher in
        (curl) with_curl ;;
        (wget) with_wget ;;
        (GNU*) with_gnu_wget ;;
        (*) false ;;
    esac
    code=$?
}

http_status() {
    code=${1%%[!0-9]*}
    case $code in
        (404 | 410) outcome=missing said="$code, not there" ;;
        (401 | 403) outcome=failed said="$code, not allowed: a rate limit, or a token is needed" ;;
        (408 | 429 | 5*) outcome=transient said="$code, trouble of the server" ;;
        (*) outcome=failed ;;
    esac
}

# Tokens go where the release itself comes from, and nowhere else.
# URL OWN-BASE
allow_token() {
    asked_host=${1#*://} own_host=${2#*://}
    [ "${2%%:*}://${own_host%%[/?#]*}" != "${1%%:*}://${asked_host%%[/?#]*}" ] || allowed=1
}

# To stdout: a curl from a snap may not write elsewhere. A token stands in no list of processes.
with_curl() {
    set -- -gfsS --connect-timeout 20 --speed-limit 1 --speed-time 60
    case $url:$curl_old in
        (https:*:) set -- "$@" --proto '=https' --tlsv1.2 ;;
    esac
    if [ -z "$secret" ]; then
        curl "$@" -L -- "$url" >"$file" 2>"$log"
        return
    fi
    # Before 7.58 a redirection took the token along.
    word=$(curl --version)
    word=${word#curl }
    compare "${word%%[!0-9.]*}" 7.58
    [ "$compared" = less ] || set -- "$@" -L
    # No printf: mksh has none of its own, so that its words would be seen. No here-document: ksh93 hangs where it is cut off.
    echo "header = \"Authorization: Bearer $secret\"" | curl "$@" -K - -- "$url" >"$file" 2>"$log"
}

with_gnu_wget() {
    # Its redirections take the token along.
    set -- -nv --tries=1 -T 60 ${secret:+--max-redirect=0}
    if [ -n "$secret" ]; then
        {
            cat "${WGETRC:-$home/.wgetrc}"
            echo "header = Authorization: Bearer $secret"
        } >"$stage/wgetrc"
        WGETRC=$stage/wgetrc wget "$@" -O - -- "$url" >"$file" 2>"$stage/output"
        code=$?
        rm -f -- "$stage/wgetrc"
    else
        wget "$@" -O - -- "$url" >"$file" 2>"$stage/output"
        code=$?
    fi
    grep -v '^http.*:$' "$stage/output" >"$log"
    return "$code"
}

with_wget() {
    if [ -n "$secret" ]; then
        printf 'this wget would show the token to others: install curl\n' >"$log"
        return 1
    fi
    # Its -T crashes in busybox 1.35; without, it waits 15 minutes.
    wget -q -O - "$url" >"$file" 2>"$log"
}

# Nothing is installed whose digest cannot be computed. A tool counts that knows the digest of nothing.
find_digester() {
    for word in sha256sum 'shasum -a 256' 'openssl dgst -sha256' sha256 'cksum -a sha256' \
        'busybox sha256sum' python3 perl; do
        digester=$word
        digest /dev/null
        [ "$computed" != e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ] || return 0
    done
    digester=''
    return 1
}

# FILE -> $computed
digest() {
    computed=''
    set -- $(run_digester <"$1")
    for word in "$@"; do
        case ${#word}$word in
            (64*[!0-9a-f]*) ;;
            (64*) computed=$word ;;
        esac
    done
}

run_digester() {
    case $digester in
        (python3) python3 -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())' ;;
        (perl) perl -MDigest::SHA -e 'print Digest::SHA->new(256)->addfile(*STDIN, "b")->hexdigest' ;;
        (*) $digester ;;
    esac
}
