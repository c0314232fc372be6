# Bytes of an ELF file -> what it was built for, and which loader it names.
bytes() { od -An -v -tx1 -N1024 "$1" || hexdump -v -n 1024 -e '1/1 "%02x "' "$1"; }

# OFFSET COUNT -> $number, of the $head of a file, in that file's own byte order; 0 beyond it.
number() {
    start=$1 left=$2 digits=''
    # Unquoted: words.
    set -- $head
    [ "$#" -ge $((start + left)) ] || start=$# left=0
    shift "$start"
    while [ "$left" -gt 0 ]; do
        case $order in
            (01) digits=$1$digits ;;
            (*) digits=$digits$1 ;;
        esac
        left=$((left - 1))
        shift
    done
    number=$((0x${digits:-0}))
}

# FILE -> $elf_arch $elf_float $elf_loader; fails for what is no ELF file.
read_elf() {
    elf=$1 elf_arch='' elf_float='' elf_loader=''
    [ -f "$elf" ] && [ -r "$elf" ] || return 1
    head=$(bytes "$elf")
    set -- $head
    [ "${1-}${2-}${3-}${4-}" = 7f454c46 ] || return 1
    class=${5-} order=${6-} from=32 width=8
    [ "$class" = 02 ] || from=28 width=4
    number $((from + 2 * width)) 4
    flags=$number
    number 18 2
    name_machine "$number/$class/$order"
    number $((from + 2 * width + 6)) 2
    entry=$number
    number $((from + 2 * width + 8)) 2
    count=$number
    number "$from" "$width"
    table=$number
    while [ "$count" -gt 0 ] && [ "$count" -lt 65 ]; do
        number "$table" 4
        [ "$number" -ne 3 ] || {
            number $((table + width)) "$width"
            from=$number
            number $((table + 4 * width)) "$width"
            [ "$number" -gt 4096 ] || elf_loader=$(dd if="$elf" bs=1 skip="$from" count=$((number - 1)))
            break
        }
        table=$((table + entry)) count=$((count - 1))
    done
    case $elf_loader in
        (*[!-A-Za-z0-9_./+]* | [!/]*) elf_loader='' ;;
    esac
}

# e_machine/class/byte order -> $elf_arch, with $elf_float where it is told.
name_machine() {
    machine "$1"
    case $elf_arch/$((flags & 7)) in
        (arm*) name_arm ;;
        (riscv64/[01] | loongarch64/1) elf_float=soft ;;
        (riscv64/[23] | loongarch64/2) elf_float=single ;;
    esac
}

# Headers do not tell the generations of ARM apart: the kernel does.
name_arm() {
    case $(((flags >> 24) & 255))/$((flags & 0x600)) in
        (5/1024 | 5/1536) elf_float=hard ;;
        (5/512) elf_float=soft ;;
    esac
    case $order/$kernel/$elf_float in
        (01/armv*l/* | 02/armv*b/*) elf_arch=$kernel ;;
        (01/aarch64*) elf_arch=armv8l ;;
        (01/*/soft) elf_arch=armv5tel ;;
        (01/*) elf_arch=armv7l ;;
        (*) elf_arch=armv7b ;;
    esac
}
