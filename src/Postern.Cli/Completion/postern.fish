# Completion for fish. Switch on with: postern completion fish | source
function __postern_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    # The program takes what follows its name, and the place of the cursor there.
    set -l line (string join ' ' -- $words $current)
    set -l suggestions ($program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match -v -r '^(/|$)')
    # Options only where one was begun: an empty list gives files.
    if not string match -q -- '-*' "$current"
        set suggestions (string match -v -- '-*' $suggestions)
    end
    if test (count $suggestions) -gt 0
        printf '%s\n' $suggestions
    else
        __fish_complete_path "$current"
    end
end
complete -c postern -f -a '(__postern_complete)'
