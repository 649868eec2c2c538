using System.Security.Cryptography;
using System.Text;

namespace Postern.Files;

/// <summary>What tells names of files and folders apart that stand for long texts.</summary>
internal static class ShortHash
{
    private const int Digits = 8;

    /// <summary>The first eight hex digits, in lower case, of the SHA-256 of a text in UTF-8.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits];
}
