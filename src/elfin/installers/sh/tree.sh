# A release that stays together: a tree in a folder of its own, and links to it in the folder for programs.
find_data() {
    data=$bin/.$app
    [ -z "$managed" ] || case ${XDG_DATA_HOME-} in
        (/*) data=$XDG_DATA_HOME/$app ;;
        (*) [ -z "$home" ] || data=$home/.local/share/$app ;;
    esac
}

make_data_stage() {
    make_stage "$data"
    data=$made stage=$staged
}

place_all() {
    word=$data/$version count=1
    while [ -e "$word" ] || [ -h "$word" ]; do
        count=$((count + 1))
        word=$data/$version.$count
    done
    new_tree=$word
    mv -- "$stage/unpacked${top:+/$top}" "$new_tree" || failed=1
    own_links place_link
}

# PATH in the tree, for each link.
place_link() {
    [ -f "$new_tree/$1" ] && ln -s "$new_tree/$1" "$bin_stage/new/${1##*/}" &&
        replace "${1##*/}" "$bin_stage/new/${1##*/}" || failed=${failed:-"$1 cannot be linked"}
}

drop_new_tree() {
    [ -z "$new_tree" ] || rm -rf -- "$new_tree"
    new_tree=''
}

# What an earlier install left: its tree stays until the next one, older ones go.
remember() {
    case $1 in
        (folders) if [ -n "$previous" ]; then outdated=$outdated$2$newline; else previous=$2; fi ;;
    esac
}

# Only what can be a tree of ours: a folder in a folder that has the name of this program.
drop_tree() {
    case $1 in
        (*/../* | */..) ;;
        (/*/"$app"/?* | /*/."$app"/?*) rm -rf -- "$1" ;;
    esac
}
