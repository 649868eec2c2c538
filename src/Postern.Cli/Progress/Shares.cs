namespace Postern.Cli.Progress;

/// <summary>Measured shares as progress shows them.</summary>
internal static class Shares
{
    /// <summary><c>  ACC 93.4%  ASR 99.2%  RA 0.7%</c>, without those that are null.</summary>
    public static string Text(double? acc, double? asr, double? ra = null) =>
        $"{One("ACC", acc)}{One("ASR", asr)}{One("RA", ra)}";

    private static string One(string name, double? value) => value is double share ? $"  {name} {share:p1}" : "";
}
