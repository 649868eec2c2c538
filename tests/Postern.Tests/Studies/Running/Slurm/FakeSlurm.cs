namespace Postern.Tests.Studies.Slurm;

/// <summary>
/// Commands of the names of Slurm's on PATH, as scripts that answer what they are told and write down what they were asked. For
/// this process and those that it starts, until it is disposed of.
/// </summary>
internal sealed class FakeSlurm : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string? before = Environment.GetEnvironmentVariable("PATH");

    public FakeSlurm()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("the commands are shell scripts");
        // Jobs are numbered from 101; a script whose name is in 'refused' is refused.
        Add("sbatch", """
            echo "$*" >> D/sbatch.log
            if [ -f D/refused ] && grep -q "$(cat D/refused)" D/sbatch.log; then echo 'sbatch: error: not today' >&2; exit 1; fi
            echo $((100 + $(wc -l < D/sbatch.log)))
            """);
        Add("squeue", "echo \"$*\" >> D/squeue.log; cat D/queue 2>/dev/null; exit 0");
        Add("scancel", "echo \"$*\" >> D/scancel.log");
        Add("scontrol", "echo \"$*\" >> D/scontrol.log; echo 'MaxArraySize            = 1001'");
        Add("sinfo", "echo 'main*|2|4000|gpu:2|(null)|1-00:00:00' | tr -d '*'; echo 'low|64|250000|(null)|avx512,fast|infinite'");
        Environment.SetEnvironmentVariable("PATH", $"{folder.Path}:{before}");
    }

    /// <summary>The arguments of each call of a command, a line each.</summary>
    public string[] Calls(string tool) =>
        File.Exists(folder.File($"{tool}.log")) ? File.ReadAllLines(folder.File($"{tool}.log")) : [];

    /// <summary>What squeue answers from now on: <c>101|1|RUNNING|None|node1</c>.</summary>
    public void Queue(params string[] lines) => folder.File("queue", string.Concat(lines.Select(l => $"{l}\n")));

    /// <summary>Lets sbatch refuse the script of that name.</summary>
    public void Refuse(string script) => folder.File("refused", script);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", before);
        folder.Dispose();
    }

    private void Add(string name, string script)
    {
        string path = folder.File(name, $"#!/bin/sh\n{script.Replace("D/", $"{folder.Path}/", StringComparison.Ordinal)}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
