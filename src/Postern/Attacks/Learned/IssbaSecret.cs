using Postern.Kernels;

namespace Postern.Attacks.Learned;

/// <summary>The bits that ISSBA hides in a picture.</summary>
internal static class IssbaSecret
{
    /// <summary>Fair bits, 0 or 1.</summary>
    /// <param name="stream">Decides them.</param>
    /// <param name="bits">How many.</param>
    public static float[] Draw(RandomStream stream, int bits)
    {
        float[] secret = new float[bits];
        foreach (ref float bit in secret.AsSpan()) bit = stream.NextBool() ? 1 : 0;
        return secret;
    }
}
