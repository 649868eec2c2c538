using Postern.Tests.Studies;

namespace Postern.Tests.Cli;

/// <summary>A study of seconds: a few drawn signs, the mini ResNet, clean and BadNets.</summary>
internal sealed class TinyStudy : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TinyStudy(int epochs = 2, string lr = "0.003", string attacks = "[none, {name: badnets, poison_rate: 0.1}]",
        string model = "resnet-mini")
    {
        Path = System.IO.Path.Combine(folder.Path, "tiny.yaml");
        File.WriteAllText(Path, $$"""
            name: tiny
            datasets:
              - {name: signs, train: 160, test: 64}
            models: [{{model}}]
            attacks: {{attacks}}
            seeds: [0]
            preset: quick
            train: {epochs: {{epochs}}, lr: {{lr}}}
            """);
    }

    /// <summary>The study file.</summary>
    public string Path { get; }

    /// <summary>A folder for results.</summary>
    public string Runs(string name = "runs") => System.IO.Path.Combine(folder.Path, name);

    /// <summary>Every file of that name under the study's results, in order.</summary>
    public string[] Files(string name, string runs = "runs") =>
        [.. Directory.EnumerateFiles(System.IO.Path.Combine(Runs(runs), "tiny"), name, SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)];

    public void Dispose() => folder.Dispose();
}
