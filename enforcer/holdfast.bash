# bash completion for holdfast(8). What can be completed stands in the program's own
# tables: it is asked for the candidates.
_holdfast()
{
	local word=${COMP_WORDS[COMP_CWORD]} candidate
	[[ $word == = ]] && word=
	COMPREPLY=()
	while IFS= read -r candidate; do
		case $candidate in
		@files)
			compopt -o filenames 2>/dev/null
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
			;;
		@dirs)
			compopt -o filenames 2>/dev/null
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$word")
			;;
		*)
			COMPREPLY+=("$candidate")
			;;
		esac
	done < <("${COMP_WORDS[0]}" completion -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _holdfast holdfast
