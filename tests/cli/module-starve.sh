#!/bin/bash
# The PAM module's memory: each allocation fails, one by one and all from each on, and nothing is
# lost in a program that loads it again and again. In mounts of the test's own. The name service
# has been asked before, as in every login: glibc 2.36 crashes without memory in a process that
# never did (nss_database.c).
[ "$(id -u)" -ne 0 ] || [ -n "${MOUNTS:-}" ] ||
	exec unshare --mount --propagation private env MOUNTS=own bash "$0"
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-module.sh"
own_accounts
module ""

summed()
{
	rm -rf conf
	{
		seq -f user%g 300
		printf '%s\n' listed "(in)" "(long)" "(nobodys)"
	} |
		"$PYTHON" "$PROJECT/tests/cli/console_conf.py" >conf
}
by_hand()
{
	conf "allow listed" "allow (in)" "allow (long)" "allow (nobodys)"
}

# starved USER WANT [ARGUMENT]: whether USER gets one of WANT, and nothing else, whichever allocation fails.
starved()
{
	DIRECTLY="$MODULE conf=$T/conf ${3:-}" STARVE=1 LD_PRELOAD=$HELPERS/crash/starve.so \
		"$ask" pam gdm-password "$1" "" "" none >answers 2>&1 || echo "status $?" >>answers
	[ "$(grep -c ' at ' answers)" -ge 2 ] && [ "$(grep -c ' from ' answers)" -ge 2 ] &&
		! grep -vE "^($2) (at|from) " answers
}

if ! is_sanitized; then
	for form in summed by_hand; do
		$form
		# whom the file lets in may be refused without memory, the others never come in
		ok "$form: one who is listed" starved listed "$ignored|$no_memory"
		ok "$form: one of a group" starved member "$ignored|$no_memory"
		ok "$form: one of a group whose entry is long" starved stranger "$ignored|$no_memory"
		ok "$form: one whose own entry is long is refused" starved wide "$refused|$no_memory"
		ok "$form: root's alias passes" starved toor $ignored
		# glibc leaves groups out then, and says that it succeeded
		ok "$form: one of a group, by onerr=allow" starved member $ignored onerr=allow
	done
fi

# sound USER[,USER...] WANT [SERVICE]: several times in one process, in which the module is loaded
# and unloaded. A report has names only when it stays.
sound()
{
	local command=("${checker[@]}" "$ask" pam "${3:-gdm-password}" "$1" "" "" none "$rounds")
	"${command[@]}" >out 2>&1 && [ "$(cat out)" = "$2" ] && return
	cat out
	"${command[@]}" "$MODULE" 2>&1
	return 1
}

if is_sanitized; then
	checker=(env ASAN_OPTIONS=detect_leaks=1)
	name="AddressSanitizer" rounds=20
else
	command -v valgrind >/dev/null || skip_all "no valgrind"
	checker=(valgrind -q --leak-check=full '--errors-for-leak-kinds=definite,indirect' --error-exitcode=99)
	name="valgrind" rounds=3 # it reads the module's symbols each time
fi
summed
ok "$name: behind a sum" sound listed,member,stranger,wide,toor,nobodys \
	"$admitted $admitted $admitted $refused $admitted $unknown"
by_hand
ok "$name: by hand" sound stranger,wide "$admitted $refused"
ok "$name: without a terminal" sound root,wide "$admitted $admitted" login
sed -i 's/allow listed/alow listed/' conf
ok "$name: a mistake" sound listed,toor "$refused $admitted"
rm conf
ok "$name: no file" sound listed,toor "$refused $admitted"
finish
