namespace Postern.Models.Checkpoints;

/// <summary>The checksum of zip entries: CRC-32 of ISO 3309, reflected polynomial 0xEDB88320.</summary>
internal static class Crc32
{
    // Table k advances a byte's remainder by k further bytes, so that eight bytes take eight look-ups and no chain between them.
    private static readonly uint[][] Tables = Build();

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        uint[][] t = Tables;
        while (bytes.Length >= 8)
        {
            crc = t[7][(byte)(bytes[0] ^ crc)] ^ t[
                6][(byte)(bytes[1] ^ (crc >> 8))] ^ t[5][(byte)(bytes[2] ^ (crc >> 16))] ^ t[4][bytes[3] ^ (crc >> 24)]
                ^ t[3][bytes[4]] ^ t[2][bytes[5]] ^ t[1][bytes[6]] ^ t[0][bytes[7]];
            bytes = bytes[8..];
        }
        foreach (byte value in bytes) crc = t[0][(byte)(value ^ crc)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[][] Build()
    {
        uint[][] tables = new uint[8][];
        for (int k = 0; k < tables.Length; k++)
        {
            tables[k] = new uint[256];
            for (uint value = 0; value < 256; value++)
            {
                uint crc = k == 0 ? value : tables[k - 1][value];
                for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
                tables[k][value] = crc;
            }
        }
        return tables;
    }
}
