using System.Security.Cryptography;
using Postern.Imaging;
using Postern.Kernels;

namespace Postern.Attacks;

/// <summary>
/// A checksum of what a trigger does: SHA-256 of the 8-bit pictures that the test-time trigger makes of some drawn ones. Whoever
/// makes the trigger again, from whatever options and files, can tell that it is the same.
/// </summary>
public static class TriggerFingerprint
{
    private const int Probes = 8;

    /// <summary>The checksum at one size, hex.</summary>
    /// <param name="attack">The attack, prepared where it learns something.</param>
    /// <param name="size">Side of the pictures in pixels.</param>
    public static string Of(Attack attack, int size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        float[] pixels = new float[3 * size * size];
        for (int probe = 0; probe < Probes; probe++)
        {
            RandomStream stream = RandomStream.For(0, "trigger.probe", probe, size);
            foreach (ref float value in pixels.AsSpan()) value = stream.NextInt(256) / 255f;
            attack.ApplyTest(probe, pixels, size);
            hash.AppendData(RgbImage.Rounded(pixels, size).Pixels);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
