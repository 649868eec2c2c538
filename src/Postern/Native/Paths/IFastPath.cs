using Postern.Kernels;

namespace Postern.Native.Paths;

/// <summary>
/// Something that training computes in one of several ways, none of which is used before it gave the plain one's values here.
/// </summary>
public interface IFastPath
{
    /// <summary>A word or two, as <c>POSTERN_PATHS</c> and records name it, e.g. <c>scan</c>.</summary>
    string Name { get; }

    /// <summary>Whether only some studies need it, namely those in bf16: it is compared when one begins.</summary>
    bool IsOptional => false;

    /// <summary>The ways to compute it, in order of speed.</summary>
    IReadOnlyList<ICandidate> Candidates { get; }

    /// <summary>Computes with the way that is in use, and compares with plain loops in double precision.</summary>
    IEnumerable<Deviation> Compare();
}
