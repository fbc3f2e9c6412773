#!/bin/bash
# A change on trial, as far as a root that nobody logs in to can have one: what the commands say
# of it, and what ends it. tests/host/trial.py has the whole.
. "$(dirname "$0")/lib.sh"

policy=$PROJECT/tests/hosts/giant-gaps.yaml
change=root/var/lib/holdfast/1
copy_host giant
snapshot root >before

for time in 5s 25h 10 ten; do
	run apply --confirm-within $time
	status "no time: $time" 3
done
run apply --root root --policy "$policy" --yes --confirm-within 10m
status "another root is refused" 1
says "and it says why" "nobody logs in to root" err
run apply --journal journal --policy "$policy" --yes --confirm-within 10m
status "another journal is refused" 1
snapshot root >now
same "nothing is changed" now before
run confirm 1
status "confirm takes no argument" 3
run undo --wait
status "--wait alone" 3
run undo --expired --unconfirmed
status "--expired and --unconfirmed" 3
rm -rf root/var/lib/holdfast
run undo --root root --expired
status "--expired without a journal has nothing to do" 0
ok "and makes none" test ! -e root/var/lib/holdfast

# trial UNTIL: the change is made, and on trial until then.
trial()
{
	rm -rf root
	copy_host giant
	snapshot root >before
	run apply --root root --policy "$policy" --yes
	status "apply" 0
	sed -i 's/"done"/"unconfirmed"/; s/,"hash":.*//' root/var/lib/holdfast/log
	printf ',"hash":"%s"}\n' "$(printf %s "$(cat root/var/lib/holdfast/log)" | sha256sum | cut -c 1-64)" >>root/var/lib/holdfast/log
	sed -i -z 's/\n,"hash"/,"hash"/' root/var/lib/holdfast/log
	echo trial >$change/state
	echo "$(cat /proc/sys/kernel/random/boot_id) $1" >$change/trial
	run log --root root --verify
	status "the journal is whole" 0
	snapshot root/etc >changed
}

trial 999999999999
run undo --root root --expired
status "before its time" 0
says "it says how long" "seconds left to be confirmed"
run undo --root root --expired --wait 2
status "another one's timer does not wait for it" 0
snapshot root/etc >now
same "nothing is undone" now changed
run audit --root root --policy "$policy"
status "the audit" 0
says "tells of it" "change 1 is on trial" err
run apply --root root --policy "$policy" --yes
status "no apply meanwhile" 1
says "and it says why" "is on trial" err
run undo --root root --unconfirmed
status "--unconfirmed" 0
snapshot root >now
same "undoes it all the same" now before
run log --root root --verify
status "the journal is whole then" 0

trial 1
run audit --root root --policy "$policy"
says "when its time is up the audit tells" "not confirmed in time" err
snapshot root/etc >now
same "and changes nothing" now changed
run undo --root root --expired --wait 1
status "--expired after its time" 0
says "says what it did" "change 1 is undone: it was not confirmed in time"
snapshot root >now
same "all is as before" now before
run undo --root root --expired
status "a second one has nothing to do" 0
run log --root root --verify
status "the journal is whole then" 0
run log --root root
says "the log tells how it ended" "undo expired"
finish
