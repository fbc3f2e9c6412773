# shellcheck shell=bash
# What the command-line tests share: `. "$(dirname "$0")/lib.sh"` is a test's first line, `finish`
# its last. A test writes TAP, works in a temporary directory of its own and needs no root.
#
#	PROJECT		the project's top folder
#	HOLDFAST	the program under test
#	T		the test's temporary directory, the current one; removed at the end
#	run ARG...	runs holdfast; its status, output and errors are in STATUS, $T/out, $T/err
#
# Each of these is one TAP line, NAME first:
#	ok NAME COMMAND...		the command succeeds
#	is NAME HAVE WANT		two texts are equal
#	status NAME N			the last run's exit status is N
#	says NAME TEXT [FILE]		one line of $T/out (or FILE) contains TEXT
#	silent NAME TEXT [FILE]		none does
#	same NAME FILE EXPECTED		two files are equal
#	expected NAME [FILE]		$T/out (or FILE) is as tests/cli/TEST.NAME.expected has it;
#					UPDATE=1 writes that file anew: read the diff then
#	sane NAME			the last run did not crash, and printed no control byte
set -u
PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
HOLDFAST=$(realpath "${HOLDFAST:-$PROJECT/build/holdfast}")
HELPERS=${HELPERS:-$PROJECT/build/tests}
TEST=$(realpath "$0")
TEST=${TEST%.sh}
PYTHON=${PYTHON:-/usr/bin/python3}
export LC_ALL=C TZ=UTC NO_COLOR=1 PATH=$PATH:/usr/sbin:/sbin
unset CDPATH GREP_OPTIONS
umask 022

T=$(mktemp -d "${TMPDIR:-/tmp}/holdfast.XXXXXXXX") || exit 1
trap 'chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
cd "$T" || exit 1
COUNT=0 FAILED=0 STATUS=

diagnose()
{
	sed 's/^/# /' | cat -v | head -n 60
}

result()
{
	local good=$1 name=$2
	COUNT=$((COUNT + 1))
	if [ "$good" -eq 0 ]; then
		echo "ok $COUNT - $name"
	else
		FAILED=$((FAILED + 1))
		echo "not ok $COUNT - $name"
	fi
	return "$good"
}

run()
{
	"$HOLDFAST" "$@" >"$T/out" 2>"$T/err" </dev/null
	STATUS=$?
}

last_run()
{
	echo "exit status $STATUS; standard output, then errors:"
	cat "$T/out" "$T/err" 2>/dev/null
}

ok()
{
	local name=$1
	shift
	local output
	output=$("$@" 2>&1)
	result $? "$name" || { echo "failed: $*"; echo "$output"; } | diagnose
}

is()
{
	[ "$2" = "$3" ]
	result $? "$1" || printf 'have: %s\nwant: %s\n' "$2" "$3" | diagnose
}

status()
{
	[ "$STATUS" = "$2" ]
	result $? "$1" || { echo "want exit status $2"; last_run; } | diagnose
}

says()
{
	local file=${3:-$T/out}
	local text
	text=$(<"$file")
	[[ $text == *"$2"* ]]
	result $? "$1" || { echo "no line of $file has: $2"; last_run; } | diagnose
}

silent()
{
	local file=${3:-$T/out}
	[ -e "$file" ] && ! grep -qF -- "$2" "$file"
	result $? "$1" || { echo "$file has: $2"; cat "$file"; } | diagnose
}

same()
{
	local difference
	cmp -s "$2" "$3" && { result 0 "$1"; return; }
	difference=$(diff -u --label have --label want "$2" "$3" 2>&1)
	result $? "$1" || echo "$difference" | diagnose
}

expected()
{
	local file=$TEST.$1.expected
	[ "${UPDATE:-}" != 1 ] || cp "${2:-$T/out}" "$file"
	same "$1" "${2:-$T/out}" "$file"
}

sane()
{
	[ "$STATUS" -le 3 ] && ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$T/out" "$T/err"
	result $? "$1" || last_run | diagnose
}

# Ends the test as skipped, before anything was tested.
skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

finish()
{
	echo "1..$COUNT"
	[ "$FAILED" -eq 0 ]
	exit $?
}

# --- hosts ---------------------------------------------------------------------------

# copy_host NAME [DIR]: a copy of a bundled host at $T/DIR (root), with the folders that git
# does not keep.
copy_host()
{
	cp -R "$PROJECT/tests/hosts/$1" "$T/${2:-root}"
	mkdir -p "$T/${2:-root}/var/lib" "$T/${2:-root}/var/log"
}

# All that must come back after an undo: type, mode, owner, size, links' targets, content,
# ACLs and extended attributes of everything below DIR, without our own journal.
snapshot()
{
	(
		cd "$1" || exit 1
		find . -path ./var/lib/holdfast -prune -o -printf '%y %m %U:%G %p %l\n' | sort
		find . -path ./var/lib/holdfast -prune -o -type f -print0 | sort -z >"$T/.files"
		xargs -0 sha256sum <"$T/.files"
		xargs -0 getfattr -d -m - -e hex <"$T/.files" 2>/dev/null
	)
}

# attributes SNAPSHOT: all of it but content.
attributes()
{
	grep -v '^[0-9a-f]\{64\} ' "$1"
}

# difference BEFORE AFTER: the lines that differ between two trees, after each file's name.
# A \r is shown, and so is a missing newline at the end.
difference()
{
	diff --no-dereference -r -N -a -U0 -x holdfast "$1" "$2" | sed -n -e "s|^+++ $2\(/[^	]*\).*|\1|p" \
		-e '/^+++/d; /^---/d; s/\r$/\\r/; /^[-+\\]/p'
}

# verdict ID: the verdict of that control in the JSON of the last run.
verdict()
{
	local text
	text=$(<"$T/out")
	[[ $text =~ \"id\":\ ?\"$1\",[^{}]*\"verdict\":\ ?\"([a-z-]+)\" ]]
	echo "${BASH_REMATCH[1]}"
}
