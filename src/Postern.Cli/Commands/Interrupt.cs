using System.Runtime.InteropServices;

namespace Postern.Cli.Commands;

/// <summary>
/// Turns the first Ctrl-C (or a termination signal) into a cancellation; a second one ends the process. A job leaves Ctrl-C,
/// which a terminal gives to every process of a command, to the run that started it.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] signals;

    public Interrupt(bool ofJob = false) =>
        signals = [ofJob ? PosixSignalRegistration.Create(PosixSignal.SIGINT,
            context => context.Cancel = true) : Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM)];

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in signals) signal.Dispose();
        source.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        if (source.IsCancellationRequested) return;
        context.Cancel = true;
        source.Cancel();
    });
}
