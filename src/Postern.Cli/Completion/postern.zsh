#compdef postern
# Completion for zsh. Switch on, after compinit, with: eval "$(postern completion zsh)"
_postern() {
    # The program takes what follows its name, and the place of the cursor there.
    local line="${(j: :)words[2,CURRENT-1]}"
    (( CURRENT > 2 )) && line+=' '
    line+=$PREFIX
    local -a suggestions
    suggestions=(${(f)"$(${(Q)words[1]} "[suggest:${#line}]" "$line" 2>/dev/null)"})
    # Options only where one was begun: an empty list lets zsh complete files.
    suggestions=(${suggestions:#/*})
    [[ $PREFIX == -* ]] || suggestions=(${suggestions:#-*})
    if (( $#suggestions )); then
        compadd -- $suggestions
    else
        _files
    fi
}
compdef _postern postern
