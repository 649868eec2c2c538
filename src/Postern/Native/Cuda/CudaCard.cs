namespace Postern.Native.Cuda;

/// <summary>A card as the driver describes it.</summary>
/// <param name="Index">Its number among those that this process sees.</param>
/// <param name="Name">Its name.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Capability">What it can compute: 7.5 is a Turing card, 9.0 a Hopper.</param>
internal sealed record CudaCard(int Index, string Name, long Memory, Version Capability);
