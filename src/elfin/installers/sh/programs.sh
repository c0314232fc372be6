# A release of programs: each goes into the folder for programs, and nothing else is kept.
find_data() { :; }
make_data_stage() { :; }
drop_new_tree() { :; }
remember() { :; }
drop_tree() { :; }

place_all() { each_program "$chosen" place_program; }

# NAME MEMBER
place_program() {
    source=$unpacked/$2
    [ "$format" != binary ] || source=$stage/archive
    chmod 755 "$source" && replace "$1" "$source" || failed=${failed:-1}
}
