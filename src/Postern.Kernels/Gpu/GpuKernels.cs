using System.IO.Compression;
using System.Text;

namespace Postern.Kernels;

/// <summary>
/// The CUDA kernels as the text that a driver compiles (PTX), and the sizes that their source states. <c>kernels.cu</c> beside
/// this file is the source, <c>tools/build-ptx</c> makes the text of it.
/// </summary>
public static class GpuKernels
{
    /// <summary>Threads of every block.</summary>
    public const int Block = 128;

    /// <summary>States of a channel at most.</summary>
    public const int States = 16;

    /// <summary>Tokens between the states that a backward scan keeps.</summary>
    public const int TokensOfChunk = 4;

    /// <summary>Taps of a convolution at most.</summary>
    public const int Taps = 4;

    /// <summary>Tokens that a thread of a convolution goes over.</summary>
    public const int Tile = 32;

    /// <summary>Threads of a warp: a row of a norm has one.</summary>
    public const int Warp = 32;

    /// <summary>Rows of which a norm's weight has one part of its gradient.</summary>
    public const int RowsOfPart = 64;

    /// <summary>Parts that one launch adds up.</summary>
    public const int PartsOfRun = 32;

    /// <summary>The least compute capability that the text is for: 7.5, a Turing card.</summary>
    public static Version Capability { get; } = new(7, 5);

    /// <summary>The text of all kernels.</summary>
    public static string Ptx { get; } = Read();

    private static string Read()
    {
        using Stream packed = typeof(GpuKernels).Assembly.GetManifestResourceStream("Postern.Kernels.Gpu.kernels.ptx.gz")!;
        using var text = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.ASCII);
        return text.ReadToEnd();
    }
}
