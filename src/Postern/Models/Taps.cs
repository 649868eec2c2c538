using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>
/// What looks into a network while it computes, and what changes what it finds there. Values have the official code's names and
/// layout. Several taps may be open at once; each is closed by disposing what opened it. Without any, the network computes as if
/// there were none: fused and without keeping anything.
/// </summary>
public sealed class Taps
{
    private readonly List<Tap> open = [];

    /// <summary>Whether somebody looks. Fused parts then run apart, which rounds a little differently.</summary>
    public bool Any => open.Count > 0;

    /// <summary>Shows the values whose name passes <paramref name="which"/>; null for all.</summary>
    public IDisposable Watch(Action<string, Tensor> see, Predicate<string>? which = null) => Open(new Tap(this, which, See: see));

    /// <summary>
    /// Puts another value in the place of each whose name passes <paramref name="which"/>; it must have the same shape.
    /// </summary>
    public IDisposable Replace(Predicate<string> which, Func<string, Tensor, Tensor> value) =>
        Open(new Tap(this, which, Change: value));

    /// <summary>
    /// Shows what each selective scan computes with: names are those of mixers, <c>.fwd</c> and <c>.bwd</c> behind them.
    /// </summary>
    public IDisposable WatchScans(Action<string, ScanReading> see, Predicate<string>? which = null) =>
        Open(new Tap(this, which, Scan: see));

    /// <summary>
    /// Hands a value to the taps, in the order in which they were opened; what comes back is what the network goes on with.
    /// </summary>
    internal Tensor Pass(string name, Tensor value)
    {
        foreach (Tap tap in open.ToArray())
        {
            if (tap.Scan is not null || tap.Which?.Invoke(name) == false) continue;
            tap.See?.Invoke(name, value);
            if (tap.Change is null) continue;
            Tensor changed = tap.Change(name, value);
            if (!changed.shape.SequenceEqual(value.shape))
                throw new ArgumentException(
                    $"{name} is [{string.Join(", ", value.shape)}], its replacement [{string.Join(", ", changed.shape)}]");
            value = changed;
        }
        return value;
    }

    /// <summary>Shows a scan to the taps that look at scans.</summary>
    internal void Pass(string name, ScanReading scan)
    {
        foreach (Tap tap in open.ToArray())
            if (tap.Scan is not null && tap.Which?.Invoke(name) != false) tap.Scan(name, scan);
    }

    private Tap Open(Tap tap)
    {
        open.Add(tap);
        return tap;
    }

    private sealed record Tap(
        Taps Owner, Predicate<string>? Which, Action<string, Tensor>? See = null, Func<string, Tensor, Tensor>? Change = null,
        Action<string, ScanReading>? Scan = null) : IDisposable
    {
        public void Dispose() => Owner.open.RemoveAll(t => ReferenceEquals(t, this));
    }
}

/// <summary>
/// What a selective scan computes with, in picture order: token 0 is the first one of the picture in either direction.
/// </summary>
public sealed class ScanReading
{
    private readonly ScanInput scan;

    internal ScanReading(ScanInput scan, ConvolutionInput? convolution = null) =>
        (this.scan, Convolution) = (scan, convolution);

    /// <summary>The same as a scan's arguments.</summary>
    internal ScanInput Input => scan;

    /// <summary>Whether it runs from the last token to the first.</summary>
    public bool Reverse => scan.Reverse;

    /// <summary>u, [B, L, E].</summary>
    public Tensor U => scan.U;

    /// <summary>Δ after bias and softplus, [B, L, E].</summary>
    public Tensor Delta => SelectiveScanLoop.Steps(scan);

    /// <summary>A, [E, N], negative.</summary>
    public Tensor A => scan.A;

    /// <summary>B, [B, L, N].</summary>
    public Tensor B => scan.B;

    /// <summary>C, [B, L, N].</summary>
    public Tensor C => scan.C;

    /// <summary>The gate z before its SiLU, [B, L, E].</summary>
    public Tensor Gate => scan.Z!;

    /// <summary>What u was made of; null where that is not known.</summary>
    public ConvolutionInput? Convolution { get; }

    /// <summary>h after each token, [B, L, E, N], computed now by the plain recurrence; large.</summary>
    public Tensor States() => SelectiveScanLoop.States(scan);
}

/// <summary>What the causal convolution before a scan computes with: u = SiLU(K x + bias).</summary>
/// <param name="X">[B, L, E].</param>
/// <param name="Kernel">[E, K], the token itself last.</param>
/// <param name="Bias">[E].</param>
public sealed record ConvolutionInput(Tensor X, Tensor Kernel, Tensor Bias)
{
    /// <summary>K x + bias, [B, L, E].</summary>
    /// <param name="reverse">Whether a token sees later tokens instead of earlier ones.</param>
    public Tensor Convolved(bool reverse)
    {
        (long length, long taps) = (X.shape[1], Kernel.shape[1]);
        Tensor sum = X * Kernel.select(1, taps - 1) + Bias;
        for (long back = 1; back < Math.Min(taps, length); back++)
        {
            Tensor from = X.narrow(1, reverse ? back : 0, length - back), none = zeros_like(X.narrow(1, 0, back));
            sum = sum + cat(reverse ? [from, none] : [none, from], 1) * Kernel.select(1, taps - 1 - back);
        }
        return sum;
    }
}
