namespace Postern.Studies.Slurm;

/// <summary>Asks Slurm about jobs, all in one call.</summary>
internal static class SlurmQueue
{
    private const string Form = "%F|%K|%T|%r|%N";

    // Of the job's id, the element's number, the state, the reason and the node.
    private const int Fields = 5;

    /// <summary>
    /// The jobs that Slurm still knows, elements of arrays as <c>12_3</c>: some minutes after its end it forgets one, and only
    /// the records tell of it.
    /// </summary>
    /// <exception cref="InputException">Slurm is not here or does not answer.</exception>
    public static IReadOnlyDictionary<string, SlurmElement> Ask(IReadOnlyCollection<string> jobs)
    {
        if (jobs.Count == 0) return new Dictionary<string, SlurmElement>();
        ToolResult result = SlurmTools.Run("squeue", "-h", "-r", "-t", "all", "-j", string.Join(',', jobs), "-o", Form);
        if (result.Code != 0 && !result.Errors.Contains("Invalid job id", StringComparison.Ordinal))
            throw new InputException("squeue", result.Error);
        return Parse(result.Output);
    }

    /// <summary>What the lines of <c>squeue</c> say; other lines say nothing.</summary>
    internal static IReadOnlyDictionary<string, SlurmElement> Parse(string output)
    {
        var elements = new Dictionary<string, SlurmElement>(StringComparer.Ordinal);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split('|');
            if (fields.Length < Fields) continue;
            string name = fields[1] == "N/A" ? fields[0] : $"{fields[0]}_{fields[1]}";
            elements[name] = new SlurmElement(fields[2], fields[3], fields[4].Trim());
        }
        return elements;
    }
}
