# Completion for PowerShell. Switch on with: postern completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName postern -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # The program takes what follows its name, and the place of the cursor there.
    $program = $commandAst.CommandElements[0]
    $text = $commandAst.Extent.Text.PadRight($cursorPosition - $commandAst.Extent.StartOffset)
    $typed = $text.Substring(0, $cursorPosition - $commandAst.Extent.StartOffset)
    $line = $typed.Substring($program.Extent.EndOffset - $commandAst.Extent.StartOffset).TrimStart()
    # An empty argument would be lost on its way to a program.
    if ($line.Length -eq 0) { $line = ' ' }
    & $program.Extent.Text "[suggest:$($line.Length)]" "$line" 2>$null |
        # Options only where one was begun: no result lets PowerShell complete files.
        Where-Object { $_ -and $_ -notlike '/*' -and ($wordToComplete -like '-*' -or $_ -notlike '-*') -and $_ -like "$wordToComplete*" } |
        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
