using Postern.Models.Ops;
using static TorchSharp.torch;

namespace Postern.Models;

/// <summary>One thing that a selective scan computes with.</summary>
public enum ScanPart
{
    /// <summary>u, what is written.</summary>
    U,
    /// <summary>Δ, how much is written and forgotten.</summary>
    Delta,
    /// <summary>B, where it is written to.</summary>
    B,
    /// <summary>C, what is read.</summary>
    C,
    /// <summary>z, the gate.</summary>
    Gate,
    /// <summary>h, what is remembered once the token is read.</summary>
    State,
}

/// <summary>At some tokens one part of a scan is that of another run, and all else its own; for one block.</summary>
/// <param name="Part">Which part.</param>
/// <param name="Tokens">Where.</param>
/// <param name="Forward">The other run's scan from the first token on.</param>
/// <param name="Backward">The other run's scan from the last token on.</param>
public sealed record ScanPatch(ScanPart Part, IReadOnlyList<int> Tokens, ScanReading Forward, ScanReading Backward)
    : MixerIntervention
{
    internal override Tensor Gated(ScanInput scan, IModelOps ops)
    {
        ScanInput other = (scan.Reverse ? Backward : Forward).Input;
        ScanInput patched = Part switch
        {
            ScanPart.U => scan with { U = Put(scan.U, other.U) },
            ScanPart.Delta => scan with { Delta = Put(scan.Delta, other.Delta) },
            ScanPart.B => scan with { B = Put(scan.B, other.B) },
            ScanPart.C => scan with { C = Put(scan.C, other.C) },
            ScanPart.Gate => scan with { Z = Put(scan.Z!, other.Z!) },
            _ => scan,
        };
        ScanInput bare = patched with { D = null, Z = null };
        return patched.Output(
            Part == ScanPart.State ? SelectiveScanLoop.WithStatesOf(bare, other,
                Tokens.Select(t => (long)t).ToHashSet()) : ops.Scan(bare));

        Tensor Put(Tensor own, Tensor others)
        {
            Tensor kept = Without(Tokens, scan);                                                    // [1, L, 1]
            return own * kept + others * (1 - kept);
        }
    }
}
