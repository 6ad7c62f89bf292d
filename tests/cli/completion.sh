# The scripts that complete the command line, in the shells that are here.
. "$KAURI_SOURCE_DIR/tests/support/cases.sh"
PATH=$(dirname "$KAURI_PROGRAM"):$PATH
cd "$scratch" || exit 1
mkdir folder 'a folder' && : >job.ini && : >'job two.ini'
for shell in bash zsh fish; do
    "$KAURI_PROGRAM" completion $shell >$shell.script || fail "completion $shell: exit status $?"
done
"$KAURI_PROGRAM" completion tcsh 2>/dev/null
[ $? -eq 2 ] || fail "a shell that is none"

# offered SHELL WORDS... | LINE: all the words are among what the shell offers for the line, WORDS beginning with ! are not.
offered() {
    local shell=$1 line=$2 word
    shift 2
    for word in "$@"; do
        if [ "${word#!}" != "$word" ]; then
            ! grep -qxF -- "${word#!}" offers || fail "$shell, '$line': offers ${word#!}"
        else
            grep -qxF -- "$word" offers || fail "$shell, '$line': does not offer $word: $(tr '\n' ' ' <offers | head -c 300)"
        fi
    done
}

bash_offers() {
    bash -c 'source ./bash.script; COMP_LINE=$1; read -ra COMP_WORDS <<<"$1"; [ "${1% }" = "$1" ] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _kauri; printf "%s\n" "${COMPREPLY[@]}"' bash "$1" >offers
    offered bash "$@"
}
bash_offers 'kauri ' run info completion help '!--help'
bash_offers 'kauri r' run '!info'
bash_offers 'kauri run --mem' --memory-limit --memory-report '!--threads'
bash_offers 'kauri run j' job.ini 'job two.ini' '!two.ini'
bash_offers 'kauri verify a' 'a folder'
bash_offers 'kauri run job.ini --compat ' oq-3.21 exact '!folder'
bash_offers 'kauri run job.ini -o ' folder '!job.ini'
bash_offers 'kauri verify ' folder '!job.ini'
bash_offers 'kauri export folder h' hcurves hmaps '!uhs'
bash_offers 'kauri export folder disagg' disagg disagg_rlzs disagg_traditional disagg_tree disagg_summary disagg_sources
bash_offers 'kauri run job.ini -p trunc' truncation_level= '!time_per_task='
bash_offers 'kauri run job.ini -p disagg_' disagg_outputs= disagg_statistics=
bash_offers 'kauri scaling job.ini --vary ' threads= branches= quantiles= '!concurrent_tasks='
bash_offers 'kauri stats folder -p ' poes_disagg= rlz_index= '!truncation_level='
bash_offers 'kauri stats folder --exports ' csv
bash_offers 'kauri plot folder t' tornado tree '!map'
bash_offers 'kauri help log' logic-trees
for command in $("$KAURI_PROGRAM" help | sed -nE 's/^  kauri ([a-z]+) .*/\1/p' | grep -vx 'help\|version'); do
    mapfile -t options < <("$KAURI_PROGRAM" help "$command" | grep -oE '^  (-[a-z]|--[a-z-]+)' | tr -d ' ')
    bash_offers "kauri $command -" "${options[@]}" --help
done

if command -v fish >/dev/null; then
    fish_offers() {
        HOME=$scratch fish --no-config -c 'source fish.script; complete -C "$argv[1]"' "$1" 2>log | cut -f1 >offers
        [ ! -s log ] || fail "fish: $(head -n 2 log)"
        offered fish "$@"
    }
    fish_offers 'kauri ' run info completion help
    fish_offers 'kauri run --mem' --memory-limit --memory-report '!--threads'
    fish_offers 'kauri run job.ini --compat ' oq-3.21 exact
    fish_offers 'kauri run job.ini -p trunc' truncation_level=
    fish_offers 'kauri plot folder t' tornado tree
    fish_offers 'kauri help log' logic-trees
    fish_offers 'kauri export folder h' hcurves hmaps
else
    echo 'fish is not here'
fi
if command -v zsh >/dev/null; then
    zsh -n zsh.script || fail "zsh does not read the script"
    # what _kauri hands to zsh's own functions
    cat >try.zsh <<'END'
compdef() { :; }
_describe() { print -l -- ${(P)2%%:*}; }
_arguments() { print -l -- "$@"; }
_files() { print files; }
source ./zsh.script
words=("$@"); CURRENT=$#words
_kauri
END
    zsh_offers() {
        local line=$1
        shift
        # shellcheck disable=SC2086
        zsh -f try.zsh $line '' 2>log | sed -E 's/^\*?(--?[a-z-]+)\[.*/\1/' >offers
        [ ! -s log ] || fail "zsh: $(head -n 2 log)"
        offered zsh "$line" "$@"
    }
    # a file of $fpath offers at once, not when it is asked again
    mkdir fpath && cp zsh.script fpath/_kauri
    zsh -f -c 'fpath=($PWD/fpath $fpath); autoload -Uz _kauri; _describe() { print -l -- ${(P)2%%:*}; }
        words=(kauri ""); CURRENT=2; _kauri' >offers 2>log || fail "zsh: $(head -n 2 log)"
    offered zsh '_kauri in $fpath' run info completion help
    zsh_offers kauri run info completion help
    zsh_offers 'kauri run' --memory-limit --threads -o '*:file:_files'
    zsh_offers 'kauri scaling' --vary --ab -p
    zsh -f try.zsh kauri run '' 2>/dev/null | grep -F 'set a parameter' | grep -qF '{compadd -S "" -- ' || fail 'zsh: parameters of -p'
    words=$(zsh -f try.zsh kauri run '' 2>/dev/null | sed -n "s/.*set a parameter.*:{compadd -S \"\" -- \(.*\)}/\1/p")
    grep -qF ' truncation_level= ' <<<"$words" || fail "zsh: -p offers $words"
    zsh_offers 'kauri compare' --rtol '!--threads' '*:file:_files -/'
else
    echo 'zsh is not here'
fi
finish
