#!/bin/bash
# apply shows, asks, changes as one, and says how to undo; saved plans are carried out as
# they were reviewed or not at all.
. "$(dirname "$0")/lib.sh"

policy=$PROJECT/tests/hosts/giant-gaps.yaml

# again: a fresh copy of the host.
again()
{
	rm -rf root
	copy_host giant
	snapshot root >before
}

# unchanged NAME: nothing in the root is changed.
unchanged()
{
	snapshot root >now
	same "$1" now before
}

# typed ANSWERS ARG...: runs holdfast on a terminal.
# shellcheck disable=SC2034 # status reads it
typed()
{
	"$PYTHON" "$PROJECT/tests/cli/terminal.py" "$1" "$HOLDFAST" "${@:2}" >out 2>err
	STATUS=$?
}

again
run apply --root root --policy "$policy"
status "without a terminal and without --yes it refuses" 1
says "and says why" "--yes" err
says "after showing the plan" "+-:ALL EXCEPT root:LOCAL"
unchanged "nothing is changed"

typed n apply --root root --policy "$policy"
status "no is no" 1
says "it asks" "Apply these changes? [y/N]"
unchanged "no changes nothing"
typed - apply --root root --policy "$policy"
status "the end of the input is no" 1
unchanged "and changes nothing"
ok "no journal is left" test ! -e root/var/lib/holdfast
typed y apply --root root --policy "$policy"
status "yes is yes" 0
run audit --root root --policy "$policy"
status "all controls hold then" 0

# What was made for the journal is taken away again where nothing came of it, and no more.
mkdir -p bare/etc kept/etc kept/var/lib/holdfast
chmod 700 kept/var/lib/holdfast
printf 'holdfast: 1\ncontrols: [{ id: it, files: { path: /none, is: absent } }]\n' >nothing.yaml
for root in bare kept; do
	run apply --root $root --policy nothing.yaml --yes
	says "$root: nothing to do" "Nothing to change."
done
is "bare: nothing is left" "$(find bare | sort | tr '\n' ' ')" "bare bare/etc "
ok "kept: a journal that was there stays" test -d kept/var/lib/holdfast
mkdir -p bare/var
run apply --root bare --policy nothing.yaml --yes
is "bare: var stays" "$(find bare | sort | tr '\n' ' ')" "bare bare/etc bare/var "
run apply --root bare --policy nothing.yaml --yes --journal aside
status "a journal aside: nothing to do" 0
ok "a journal aside is not left" test ! -e aside
mkdir aside
chmod 700 aside
run apply --root bare --policy nothing.yaml --yes --journal aside
ok "a journal aside that was there stays" test -f aside/root
rm -r aside

again
run apply --root root --policy "$policy" --yes
status "--yes does not ask" 0
sane "the output is plain text"
says "no daemon judged it, and it says so" "not validated by the daemon"
says "it counts the files" "4 files changed"
undo=$(sed -n 's/^Undo with: holdfast //p' out)
ok "the last line undoes it" test "$(tail -n 1 out)" = "Undo with: holdfast $undo"
run apply --root root --policy "$policy" --yes
status "a second apply has nothing to do" 0
says "and says so" "Nothing to change."
eval "run $undo --yes"
status "the command that undoes it works" 0
unchanged "every byte is back"

# A root whose name the shell would take apart.
mv root "it's a root; \$(touch hit)"
run apply --root "it's a root; \$(touch hit)" --policy "$policy" --yes
eval "run $(sed -n 's/^Undo with: holdfast //p' out) --yes"
status "the undo command is quoted for the shell" 0
ok "and runs nothing else" test ! -e hit
mv "it's a root; \$(touch hit)" root

# Chosen controls and chosen changes.
again
run apply --root root --policy "$policy" --yes kernel-log
status "one control alone" 0
run audit --root root --policy "$policy" --format json
is "that one holds" "$(verdict kernel-log)" pass
is "the others do not" "$(verdict ssh-keys-only)" fail
again
typed nay apply --root root --policy "$policy" --interactive
status "what was left out still fails" 1
says "-i asks for each change" "Take this change? [y,n,q,a,?]"
again
typed q apply --root root --policy "$policy" -i
status "quit takes nothing" 1
unchanged "quit changes nothing"
typed '?ay' apply --root root --policy "$policy" -i
status "a takes all" 0
says "? explains" "leave it out"
run apply --root root --policy "$policy" -i
status "-i needs a terminal" 3

# Saved plans.
again
run plan --root root --policy "$policy" -o saved
run apply --root root --yes ./saved
status "a saved plan is applied" 0
run audit --root root --policy "$policy"
status "and all controls hold" 0
run apply --root root --yes saved
status "a second time it is refused" 1
says "for the files have changed" "/etc/xinetd.d/rsh: has changed since the plan was made in $T/root" err
is "and how to plan anew is said" "$(tail -n 1 err)" \
	"holdfast: saved: is out of date, and nothing was changed: plan anew, with the IDs and overlays it had: holdfast plan --root $T/root --policy $policy --output saved"
eval "run $(sed -n 's/.*: holdfast \(plan .*\)/\1/p' err)"
status "that command works" 0
run apply --root root --yes none.plan
status "no such plan" 3
says "how one is made" "none.plan: No such file or directory: 'holdfast plan --output FILE' saves a plan" err
cp "$policy" mine.yaml
run apply --root root --yes mine.yaml
status "a policy is no plan" 3
says "that it is none" "mine.yaml:1:1: is no saved plan, as 'holdfast plan --output FILE' makes it (a policy goes with --policy)" err
run apply --root root --yes root
status "nor is a folder" 3
says "which is said" "root: is no saved plan: not a regular file" err
again
run plan --root root --policy "$policy" -o saved
run apply --root root --policy "$policy" --yes saved
status "a saved plan takes no policy" 3
run apply --root root --yes saved kernel-log
status "nor ids" 3
cp -R root other
run apply --root other --yes saved
status "another root is refused" 1
says "and both are named" "saved: was made for the root $T/root, not for $T/other" err
run apply --yes saved
status "the running system is another root" 1
chmod g+w saved
run apply --root root --yes saved
status "a plan that others could write is refused" 3
says "and why" "others could have written it, so it may not be what was looked at: plan anew" err
chmod g-w saved
echo >>root/etc/syslog.conf
snapshot root >before
run apply --root root --yes saved
status "one changed file is a conflict" 1
says "which is named" /etc/syslog.conf err
unchanged "and no file is changed"
sed 's/"remove"\|"replace"/"create"/' saved >wrong
chmod 600 wrong
run apply --root root --yes wrong
status "a plan that is wrong is refused" 3
unchanged "and changes nothing either"

# What can't be remedied is said in the status.
again
echo 'Bogus yes' >>root/etc/ssh/sshd_config
run apply --root root --policy "$policy" --yes
status "a control that is left as it is" 1
says "is named with the reason" "ssh-keys-only: invalid, so there is no remedy: sshd would not start"
says "and counted after the change" "Not remedied, see above: 1, for which the exit status is 1."
run apply --root root --policy "$policy" --yes
status "again: nothing to change is no success" 1
says "and the gap is told" "Nothing to change, but 1 gap is left, see above."
run audit --root root --policy "$policy" --format json
is "the others hold" "$(verdict kernel-log)" pass
finish
