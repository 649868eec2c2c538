# Completion for bash. Switch on with: eval "$(postern completion bash)"
_postern() {
    local line="${COMP_LINE:0:COMP_POINT}" word="$2" suggestion
    # The program takes what follows its name, and the place of the cursor there.
    line="${line#*"$1"}"
    line="${line# }"
    COMPREPLY=()
    while IFS= read -r suggestion; do
        # Options only where one was begun: an empty list lets bash complete files.
        [[ -z $suggestion || $suggestion == /* || ($suggestion == -* && $word != -*) ]] && continue
        [[ $suggestion == "$word"* ]] && COMPREPLY+=("$suggestion")
    done < <("$1" "[suggest:${#line}]" "$line" 2>/dev/null)
}
complete -o bashdefault -o default -F _postern postern
