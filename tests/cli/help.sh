# What is told of commands: the manual page is made of the records that --help is made of, synopses name all options,
# topics are there, and the page is one that man takes.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"

"$KAURI_PROGRAM" help --man >"$scratch/kauri.1" || fail "help --man: exit status $?"
cmp -s "$scratch/kauri.1" "$KAURI_SOURCE_DIR/man/kauri.1" ||
    fail "man/kauri.1 is not what 'kauri help --man' prints ('make man' makes it anew): $(diff "$scratch/kauri.1" "$KAURI_SOURCE_DIR/man/kauri.1" | head -n 5)"
if command -v groff >/dev/null; then
    groff -man -Tutf8 -ww "$scratch/kauri.1" >"$scratch/page" 2>"$scratch/log" || fail "groff: exit status $?"
    [ ! -s "$scratch/log" ] || fail "groff: $(head -n 3 "$scratch/log")"
    for text in 'kauri scaling' 'results.lock' 'such as 64M or 1.5G' 'SCENARIOS' 'kauri export results hcurves --rlz 17 -o tables'; do
        sed 's/.\x08//g; s/\x1b\[[0-9]*m//g' "$scratch/page" | grep -qF -- "$text" || fail "the page does not say '$text'"
    done
fi

"$KAURI_PROGRAM" help >"$scratch/overview" || fail "help: exit status $?"
commands=$(sed -nE 's/^  kauri ([a-z]+) .*/\1/p' "$scratch/overview" | grep -vx 'help\|version')
[ "$(wc -w <<<"$commands")" -ge 10 ] || fail "commands: $commands"
for command in $commands; do
    "$KAURI_PROGRAM" help "$command" >"$scratch/help" || fail "help $command: exit status $?"
    "$KAURI_PROGRAM" "$command" --help | cmp -s - "$scratch/help" || fail "$command --help is not help $command"
    synopsis=$(sed '/^$/,$d' "$scratch/help")
    # an option stands at the beginning of its line, two blanks before it
    for option in $(sed -nE 's/^  (-[a-z]|--[a-z-]+)(, (--[a-z-]+))?( .*)?$/\1/p' "$scratch/help"); do
        grep -qE -- "(^|[^a-z-])$option([^a-z-]|$)" <<<"$synopsis" || fail "the synopsis of $command does not name $option"
    done
    awk -v c="$command" 'length($0) > 100 {print "FAIL help " c ": a line of " length($0) " characters"; exit 1}' "$scratch/help" || failures=$((failures + 1))
done
topics=$(sed -n '/^topics/,/^$/s/^  \([a-z-]*\) .*/\1/p' "$scratch/overview")
for topic in jobs logic-trees memory formats; do
    grep -qx "$topic" <<<"$topics" || fail "no topic $topic"
done
for topic in $topics; do
    "$KAURI_PROGRAM" help "$topic" >"$scratch/help" || fail "help $topic: exit status $?"
    [ "$(wc -l <"$scratch/help")" -gt 4 ] || fail "help $topic says little: $(cat "$scratch/help")"
done
"$KAURI_PROGRAM" help memry 2>"$scratch/log"
[ $? -eq 2 ] || fail "a topic that is none: exit status $?"
grep -q "no command or topic 'memry'; did you mean 'memory'?" "$scratch/log" || fail "$(cat "$scratch/log")"
finish
