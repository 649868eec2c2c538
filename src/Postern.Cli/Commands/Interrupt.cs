using System.Runtime.InteropServices;
using Postern.Studies.Jobs;

namespace Postern.Cli.Commands;

/// <summary>
/// Turns the first SIGINT (Ctrl-C), SIGTERM, SIGHUP (a closed terminal) or SIGUSR1 (a batch system that needs the machine) into a
/// cancellation; a second one ends the process at once. A job leaves those to the run that started it which reach all processes
/// of a command, and is asked by it to stop.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] signals;

    public Interrupt(bool ofJob = false) => signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGHUP }.Concat(UserSignal()).Select(s =>
            PosixSignalRegistration.Create(s, ofJob ? context => context.Cancel = true : Stop)),
    ];

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in signals) signal.Dispose();
        source.Dispose();
    }

    // .NET has no name for it; its number is the system's.
    private static PosixSignal[] UserSignal() =>
        OperatingSystem.IsLinux() ? [(PosixSignal)10] : OperatingSystem.IsMacOS() ? [(PosixSignal)30] : [];

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (source.IsCancellationRequested) ImmediateStop.Now(ExitCode.Interrupted);
        source.Cancel();
    }
}
