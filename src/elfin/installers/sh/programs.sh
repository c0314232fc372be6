# A release of programs: each goes into the folder for programs, and nothing else is kept.
find_data() { :; }
make_data_stage() { :; }
drop_new_tree() { :; }

place_all() { each_program "$chosen" place_program; }

# NAME MEMBER, which may have another name, too
place_program() {
    source=$unpacked/$2 word=$bin_stage/new/$1
    [ "$format" != binary ] || source=$stage/archive
    chmod 755 "$source" && { ln -- "$source" "$word" || cp -p -- "$source" "$word"; } && replace "$1" "$word" ||
        failed=${failed:-1}
}
