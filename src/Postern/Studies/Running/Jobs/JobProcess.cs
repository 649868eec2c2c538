using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Postern.Studies.Jobs;

/// <summary>What is heard from a job.</summary>
/// <param name="Job">Which one.</param>
/// <param name="Happened">What it said; null where it ended.</param>
internal sealed record JobNews(JobProcess Job, RunEvent? Happened);

/// <summary>A job, seen from outside: its process, asked on standard input and heard on standard output.</summary>
internal sealed class JobProcess : IDisposable
{
    // A step of the largest model ends in less; a kill costs the current epoch and no more.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Instant = TimeSpan.FromSeconds(1);
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Process process;
    private readonly Thread listener;
    private string lastError = "";

    /// <summary>Starts the process.</summary>
    /// <param name="command">The command.</param>
    /// <param name="news">Told what it says, and of its end.</param>
    /// <param name="card">The card that it sees (<see cref="CardShares"/>); null for those that this process sees.</param>
    /// <exception cref="InputException">The program cannot be started.</exception>
    public JobProcess(JobCommand command, BlockingCollection<JobNews> news, string? card = null)
    {
        Card = card;
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Encoding,
            StandardOutputEncoding = Encoding,
            StandardErrorEncoding = Encoding,
        };
        if (card is not null) start.Environment[CardShares.Variable] = card;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InputException(command.Program, $"cannot be started ({e.Message}); run without --jobs", e);
        }
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text) lastError = text;
        };
        process.BeginErrorReadLine();
        listener = new Thread(() => Listen(news)) { IsBackground = true, Name = "job messages" };
        listener.Start();
    }

    /// <summary>The card that it sees; null for those that this process sees.</summary>
    public string? Card { get; }

    /// <summary>The tasks that it does; null while it is idle.</summary>
    public TaskGroup? Group { get; private set; }

    /// <summary>The last line on its standard error; empty where there was none.</summary>
    public string LastError => lastError;

    /// <summary>Exit code of an ended job.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Asks it to do a group of tasks.</summary>
    public void Ask(QueuedGroup next)
    {
        Group = next.Group;
        try
        {
            process.StandardInput.WriteLine(JobLine.Of(new JobOrder(next.Group.Place, next.Group.Cell.Id, next.Waits)));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended; that news is on its way and settles the group.
        }
    }

    /// <summary>The group is settled.</summary>
    public void Free() => Group = null;

    /// <summary>Asks it to stop, without waiting.</summary>
    public void Stop()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
            process.WaitForExit(Instant);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    /// <summary>Stops it and waits for its end.</summary>
    public void Dispose()
    {
        Stop();
        if (!process.WaitForExit(Patience)) process.Kill();
        process.WaitForExit();
        listener.Join();
        process.Dispose();
    }

    private void Listen(BlockingCollection<JobNews> news)
    {
        while (process.StandardOutput.ReadLine() is string line)
            if (JobLine.Read<RunEvent>(line) is RunEvent happened) news.Add(new JobNews(this, happened));
        process.WaitForExit();
        news.Add(new JobNews(this, null));
    }
}
