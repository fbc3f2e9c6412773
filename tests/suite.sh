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

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

# The quiet suites show what a program printed only when it failed.
run()
{
	case $suite in
	unit | lenses) "$@" >"$log" 2>&1 </dev/null ;;
	*)
		echo "== $file"
		"$@" 2>&1 </dev/null | tee "$log"
		return "${PIPESTATUS[0]}"
		;;
	esac
}

run_file()
{
	case $file in
	*.aug) run augparse -I lenses -I lenses/tests "$file" ;;
	*.py) run "${PYTHON:-python3}" "$file" ${CASES:+--cases "$CASES"} ${SEED:+--seed "$SEED"} ;;
	*/fuzz_*)
		name=${file##*/fuzz_}
		seeds=tests/fuzz/$name
		[ -d "$seeds" ] || seeds=
		mkdir -p "$BUILD/corpus/$name" "$BUILD/crashes"
		# libFuzzer's own status for a finding is 77
		run "$file" -runs="$RUNS" -seed="$SEED" -print_final_stats=1 -verbosity=0 \
			-error_exitcode=1 \
			-artifact_prefix="$BUILD/crashes/$name-" "$BUILD/corpus/$name" \
			${seeds:+"$seeds"}
		;;
	*) run "$file" ;;
	esac
}

for file; do
	run_file
	status=$?
	if [ $status -eq 77 ] || { [ $status -eq 0 ] && grep -q '^SKIP' "$log"; }; then
		skipped=$((skipped + 1))
		echo "skipped: $file: $(grep -m 1 '^SKIP' "$log")"
	elif [ $status -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		case $suite in unit | lenses) cat "$log" ;; esac
		echo "FAILED (status $status): $file"
	fi
done
echo "$suite: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ] && { [ $skipped -eq 0 ] || [ "${CI:-}" != true ]; }
