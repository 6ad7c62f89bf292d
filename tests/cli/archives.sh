# Inputs in zip archives: the same numbers as unpacked, what archives do not get by with, and that nothing is left.
# costly
command -v python3 >/dev/null || exit 77
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
copy_demo area "$scratch/area"
cd "$scratch/area" || exit 1
coarse=(-p region_grid_spacing=80 -p area_source_discretization=60 -q)
mkdir ../unpacked
export TMPDIR=$scratch/unpacked

python3 - <<'END'
import zipfile
def archive(name, *members):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as z:
        for path, member in members:
            z.write(path, member)
model, tree, gmms, job = "source_model.xml", "source_model_logic_tree.xml", "gmm_logic_tree.xml", "job.ini"
archive("whole.zip", *[(f, "sub/" + f) for f in (job, model, tree, gmms)], (job, "__MACOSX/sub/._job.ini"))
archive("model.zip", (model, model), (tree, "ssmLT.xml"))
archive("named.zip", (model, model), (tree, "named.xml"))
archive("two.zip", (job, "a.ini"), (job, "b.ini"))
archive("none.zip", (model, model))
archive("up.zip", (job, "../up.ini"))
archive("part.zip", (job, job))
with zipfile.ZipFile("many.zip", "w") as z:
    for i in range(100001):
        z.writestr(zipfile.ZipInfo(str(i)), b"")
whole = open("whole.zip", "rb").read()
open("cut.zip", "wb").write(whole[:500])
changed = bytearray(whole)
changed[200] ^= 255
open("changed.zip", "wb").write(changed)
# the size that the directory claims for its first member: 2.25 GiB
large = bytearray(open("part.zip", "rb").read())
at = large.rindex(b"PK\x01\x02")
large[at + 24:at + 28] = (0x90000000).to_bytes(4, "little")
open("large.zip", "wb").write(large)
END

"$KAURI_PROGRAM" run job.ini "${coarse[@]}" -e csv -o "$scratch/plain" || fail 'the plain job'
same() { # WHAT ARGUMENTS...: gives the numbers of the plain job
    local what=$1
    shift
    rm -rf "$scratch/out"
    "$KAURI_PROGRAM" run "$@" "${coarse[@]}" -e csv -o "$scratch/out" >log 2>&1 || fail "$what: $(cat log)"
    "$KAURI_PROGRAM" compare "$scratch/plain" "$scratch/out" --rtol 0 --atol 0 >log 2>&1 || fail "$what: $(tail -1 log)"
}
same 'an archive of a whole job' whole.zip
(mkdir ../elsewhere && cd ../elsewhere && "$KAURI_PROGRAM" verify "$scratch/out") >log || fail "verify: $(cat log)"
grep -qF "ok         input $(realpath whole.zip)/sub/source_model.xml" log || fail "inputs that are told: $(cat log)"
same 'its job by name' whole.zip/./sub/../sub/job.ini
same 'a tree in an archive, by the name of OpenQuake' job.ini -p source_model_logic_tree_file=model.zip
same 'a tree with the name of its archive' job.ini -p source_model_logic_tree_file=named.zip
same 'a tree in an archive, by its own name' job.ini -p source_model_logic_tree_file=model.zip/ssmLT.xml
same 'any file in an archive' job.ini -p gsim_logic_tree_file=whole.zip/sub/gmm_logic_tree.xml
cp source_model_logic_tree.xml broken.xml && cp none.zip broken.zip
same 'what was unpacked by OpenQuake' job.ini -p source_model_logic_tree_file=broken.zip
"$KAURI_PROGRAM" run whole.zip "${coarse[@]}" || fail 'an archive without -o'
[ -e job-results/results.h5 ] || fail 'its results are not beside it'
rm -rf job-results

refused() { # ARCHIVE MESSAGE OPTIONS...
    local job=$1 message=$2
    shift 2
    "$KAURI_PROGRAM" run "$job" "${coarse[@]}" "$@" -o "$scratch/none" 2>log
    [ $? -eq 1 ] || fail "$job $*: not refused"
    grep -qF "$message" log || fail "$job $*: $(cat log)"
    [ ! -e "$scratch/none" ] || fail "$job $*: a folder was made"
}
refused two.zip 'two.zip: 2 job files in this archive; name one, as in two.zip/a.ini'
refused none.zip 'none.zip: no job file (.ini) in this archive'
refused up.zip 'up.zip/../up.ini: no such file in the archive'
refused part.zip "no such file 'part.zip/source_model_logic_tree.xml'"
refused part.zip/../job.ini 'part.zip/../job.ini: no such file in the archive'
refused cut.zip 'cut.zip: not a zip archive that can be read'
refused changed.zip 'changed.zip/sub/job.ini: cannot be unpacked'
refused many.zip 'many.zip: more than 100000 members'
refused large.zip 'large.zip/job.ini: has more than 2 GiB; unpack the archive'
refused job.ini "'model.zip' is an archive; name a file in it, as in model.zip/NAME" -p gsim_logic_tree_file=model.zip
refused job.ini "no such file 'x.zip'" -p source_model_logic_tree_file=x.zip
chmod 0 "$TMPDIR"
if ! touch "$TMPDIR/x" 2>/dev/null; then # not for root
    "$KAURI_PROGRAM" info whole.zip >/dev/null 2>log
    [ $? -eq 7 ] || fail "no place to unpack: $(cat log)"
fi
chmod 700 "$TMPDIR"
rm -f "$TMPDIR/x"
[ -z "$(ls -A "$TMPDIR")" ] || fail "left behind: $(ls "$TMPDIR")"
[ "$(ls -d ../*/)" = $'../area/\n../elsewhere/\n../out/\n../plain/\n../unpacked/' ] || fail "written: $(ls -d ../*/)"
finish
