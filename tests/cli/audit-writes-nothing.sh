#!/bin/bash
# An audit and a plan open nothing for writing, run no program, connect to nothing, and touch
# no file by name but through openat2 below the root.
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || skip_all "no strace"
strace -o /dev/null true 2>/dev/null || skip_all "strace may not trace here"

copy_host giant audited
ln -s /etc/passwd audited/etc/xinetd.d/outside
chmod -R a-w audited
policy=$PROJECT/tests/hosts/giant-gaps.yaml
# opens_for_writing: the lines of the trace that could write.
opens_for_writing()
{
	grep -E '^[0-9]+ +open(at2?)?\(' trace | grep -E 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND'
	grep -E '^[0-9]+ +(creat|mkdir|mknod|link|symlink|unlink|rmdir|rename|chmod|fchmod|chown|fchown|lchown|setxattr|fsetxattr|truncate|ftruncate|utime|mount)(at|at2)?\(' trace
}

for command in "audit --root audited" "audit --root audited --root audited" "plan --root audited"; do
	# shellcheck disable=SC2086 # words
	strace -f -qq -o trace "$HOLDFAST" $command --policy "$policy" >out 2>err </dev/null
	STATUS=$?
	ok "$command: ran" test "$STATUS" -le 1
	ok "$command: was traced" grep -q openat2 trace
	opens_for_writing >bad
	ok "$command: opens nothing for writing, changes no name" test ! -s bad
	grep -E '^[0-9]+ +(connect|bind|listen|execve)\(' trace | sed 1d >bad
	ok "$command: runs no program and connects to nothing" test ! -s bad
	grep -E '^[0-9]+ +(openat|open|stat|lstat|newfstatat|access|faccessat2?|readlink)\(.*"[^"]*\baudited/' \
		trace | grep -v 'O_PATH\|O_DIRECTORY' >bad
	ok "$command: names no file of the root but below its descriptor" test ! -s bad
done
strace -f -qq -o trace "$HOLDFAST" plan --root audited --policy "$policy" -o saved >out 2>err
ok "saving a plan is noticed by the same look" test -n "$(opens_for_writing)"

# A change that was cut short: an audit says so and leaves it as it is.
chmod -R u+w audited
strace -f -qq -o trace -e trace=renameat2 -e inject=renameat2:signal=SIGKILL:when=2 \
	"$HOLDFAST" apply --root audited --policy "$policy" --yes >out 2>err
snapshot audited >before
find audited/var/lib/holdfast -type f | sort | xargs sha256sum >journal
run audit --root audited --policy "$policy"
says "an audit says that a change was cut short" "was cut short" err
snapshot audited >now
same "and leaves the files" now before
find audited/var/lib/holdfast -type f | sort | xargs sha256sum >now
same "and the journal" now journal
run apply --root audited --policy "$policy" --yes
status "the next apply takes it back first and plans on what is there then" 0
says "and says so" "undone: it had been cut short"
run audit --root audited --policy "$policy"
silent "then nothing is cut short" "cut short" err
status "and all hold" 0
finish
