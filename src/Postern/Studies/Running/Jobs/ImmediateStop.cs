using System.Runtime.InteropServices;

namespace Postern.Studies.Jobs;

/// <summary>
/// Ends the process at once, for a second signal: jobs with it, and what is half written is removed. What is on disk is whole at
/// any moment, so nothing else is to be done.
/// </summary>
public static class ImmediateStop
{
    /// <summary>Does not return.</summary>
    /// <param name="code">The exit code.</param>
    public static void Now(int code)
    {
        JobRunner.EndAll();
        TemporaryName.RemoveOwn();
        // The runtime's own way out waits for threads that compute.
        if (OperatingSystem.IsWindows()) Environment.Exit(code);
        else End(code);
    }

    /// <summary>
    /// Ends the process some seconds after its parent, should it still be there: a job must not outlive the run that started it.
    /// </summary>
    /// <param name="parent">Its number, as <see cref="ParentNow"/> gave it while it lived.</param>
    /// <param name="patience">How long after this call, at least.</param>
    internal static void AfterParent(int parent, TimeSpan patience)
    {
        if (OperatingSystem.IsWindows()) return;
        var watch = new Thread(() =>
        {
            Thread.Sleep(patience);
            while (Parent() == parent && parent != Orphaned) Thread.Sleep(Pause);
            Now(ExitCode.Interrupted);
        })
        { IsBackground = true, Name = "parent watch" };
        watch.Start();
    }

    /// <summary>The number of the parent; whoever takes over orphans has another.</summary>
    internal static int ParentNow() => OperatingSystem.IsWindows() ? 0 : Parent();

    // The number of the process that takes over those whose parent ended.
    private const int Orphaned = 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void End(int code);

    [DllImport("libc", EntryPoint = "getppid")]
    private static extern int Parent();
}
