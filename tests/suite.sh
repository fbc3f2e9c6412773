#!/bin/bash
# suite.sh NAME FILE...: runs each file and closes with "NAME: N passed, N failed, N skipped".
# A file that exits with 77 or says "SKIP: reason" is skipped. Skipped is not passed: with
# CI=true, or when nothing passed at all, it is a failure. So is a suite without a file.
set -u
suite=$1
shift
if [ $# -eq 0 ]; then
	echo "$suite: no content in the project yet"
	exit 1
fi

logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 skipped=0

# The quiet suites show what a program printed only when it failed. Two files run at a time
# where neither uses both processors by itself.
case $suite in
unit | lenses) quiet=true jobs=2 ;;
crash | fuzz) quiet=false jobs=2 ;;
*) quiet=false jobs=1 ;;
esac

run_file()
{
	case $file in
	*.aug) augparse -I lenses -I lenses/tests "$file" ;;
	*.py) "${PYTHON:-python3}" "$file" ${CASES:+--cases "$CASES"} ${SEED:+--seed "$SEED"} ;;
	*/fuzz_*)
		name=${file##*/fuzz_}
		seeds=tests/fuzz/$name
		[ -d "$seeds" ] || seeds=
		mkdir -p "$BUILD/corpus/$name" "$BUILD/crashes" "$BUILD/crash"
		# libFuzzer's own status for a finding is 77
		"$file" -runs="$RUNS" -seed="$SEED" -print_final_stats=1 -verbosity=0 \
			-error_exitcode=1 \
			-artifact_prefix="$BUILD/crashes/$name-" "$BUILD/corpus/$name" \
			${seeds:+"$seeds"}
		;;
	*) "$file" ;;
	esac
}

# How often the fuzzer ran, for the table of the proofs.
count_runs()
{
	local name=${1##*/fuzz_} subject="over loader and models" runs
	case $name in
	lens) subject="a lens" ;;
	console_conf | module) subject="of the module's configuration" ;;
	esac
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$2")
	printf '{"good": true, "proofs": {"8": {"%s": %s}}, "plants": {}}\n' "$subject" "$runs" \
		>"$BUILD/crash/fuzz_$name.row"
}

# Counts what NUMBER came to, and shows it.
report()
{
	local file=$1 log=$logs/$2 status
	status=$(cat "$log.status")
	if [ "$status" -eq 77 ] || { [ "$status" -eq 0 ] && grep -q '^SKIP' "$log"; }; then
		skipped=$((skipped + 1))
		echo "skipped: $file: $(grep -m 1 '^SKIP' "$log")"
	elif [ "$status" -eq 0 ]; then
		passed=$((passed + 1))
		[ "$suite" != fuzz ] || count_runs "$file" "$log"
	else
		failed=$((failed + 1))
		! $quiet || cat "$log"
		echo "FAILED (status $status): $file"
	fi
}

# What a file of the other suites prints comes at once, each line behind the file's name.
start()
{
	local log=$logs/$1
	{
		if $quiet; then
			run_file >"$log" 2>&1
		else
			run_file 2>&1 | tee "$log" | sed -u "s|^|${file##*/}: |"
		fi
		echo "${PIPESTATUS[0]}" >"$log.status"
	} </dev/null &
}

number=0 reported=0 files=("$@")
for file; do
	start $number
	number=$((number + 1))
	[ "$(jobs -rp | wc -l)" -lt $jobs ] || wait -n
	while [ -s "$logs/$reported.status" ]; do
		report "${files[reported]}" $reported
		reported=$((reported + 1))
	done
done
wait
while [ $reported -lt $number ]; do
	report "${files[reported]}" $reported
	reported=$((reported + 1))
done
echo "$suite: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ] && { [ $skipped -eq 0 ] || [ "${CI:-}" != true ]; }
