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
    mkdir "$stage/named" || failed=1
    source=$unpacked${top:+/$top} word=$version count=1
    while [ -z "$failed$new_tree" ]; do
        place_tree "$word"
        count=$((count + 1))
        word=$version.$count
    done
    [ -n "$failed" ] || own_links place_link
}

# NAME that nothing has. Another run may take it meanwhile, so the tree is called that before it moves into $data: where
# something is by then, that fails, while a move to the name itself would land within.
place_tree() {
    [ ! -e "$data/$1" ] && [ ! -h "$data/$1" ] || return 0
    mv -- "$source" "$stage/named/$1" || { failed=1 && return; }
    source=$stage/named/$1 new_tree=$data/$1
    mv -- "$source" "$data/" && return
    new_tree=''
    [ -e "$data/$1" ] || failed=1
}

# PATH in the tree, for each link.
place_link() {
    [ -f "$new_tree/$1" ] && ln -s "$new_tree/$1" "$bin_stage/new/${1##*/}" &&
        replace "${1##*/}" "$bin_stage/new/${1##*/}" || failed=${failed:-"$1 cannot be linked"}
}

drop_new_tree() {
    [ -z "$new_tree" ] || [ -e "$stage/named/${new_tree##*/}" ] || rm -rf -- "$new_tree"
    new_tree=''
}
