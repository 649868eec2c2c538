using System.Runtime.InteropServices;
using Postern.Studies.Jobs;

namespace Postern.Cli.Commands;

/// <summary>
/// Turns the first SIGINT (Ctrl-C), SIGTERM, SIGHUP (a closed terminal) or SIGUSR1 (a batch system that needs the machine) into a
/// cancellation; a second one ends the process at once. A job leaves those to the run that started it which reach all processes
/// of a command, and is asked by it to stop. A task of a batch system is told more than once, and is ended by it in the end.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] signals;

    private readonly bool ofTask;

    public Interrupt(bool ofJob = false, bool ofTask = false)
    {
        this.ofTask = ofTask;
        signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGHUP }.Select(s =>
                PosixSignalRegistration.Create(s, ofJob ? context => context.Cancel = true : Stop)),
            .. UserSignal().Select(s => PosixSignalRegistration.Create(s, ofJob ? context => context.Cancel = true : Warn)),
        ];
    }

    /// <summary>Whether SIGUSR1 came first: the time is nearly up, and nobody wants the work to end.</summary>
    public bool IsWarning { get; private set; }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in signals) signal.Dispose();
        source.Dispose();
    }

    // .NET has no name for it; its number is the system's.
    private static PosixSignal[] UserSignal() =>
        OperatingSystem.IsLinux() ? [(PosixSignal)10] : OperatingSystem.IsMacOS() ? [(PosixSignal)30] : [];

    private void Warn(PosixSignalContext context)
    {
        IsWarning |= !source.IsCancellationRequested;
        Stop(context);
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (source.IsCancellationRequested && !ofTask) ImmediateStop.Now(ExitCode.Interrupted);
        source.Cancel();
    }
}
