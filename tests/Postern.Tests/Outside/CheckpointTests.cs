using System.Text.Json;
using Postern.Models.Checkpoints;
using Postern.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Outside;

/// <summary>PyTorch itself reads what is written here, and what it writes is read here.</summary>
[Trait("Category", "Outside")]
public class CheckpointTests
{
    [Fact]
    public void PyTorch_loads_every_kind_of_tensor_also_with_weights_only()
    {
        using DisposeScope scope = NewDisposeScope();
        using var file = new CheckpointFile();
        Dictionary<string, Tensor> weights = TorchFileTests.EveryKind();
        using (FileStream stream = File.Create(file.Path)) TorchFile.Write(stream, weights);
        foreach (JsonProperty way in PythonScript.Run("torch", "checkpoints.py", "read", file.Path).EnumerateObject())
            AssertEqual(way.Value, weights, way.Name);
    }

    [Fact]
    public void What_PyTorch_writes_is_read_with_equal_values()
    {
        string folder = Directory.CreateTempSubdirectory("postern-outside-").FullName;
        try
        {
            foreach (JsonProperty file in PythonScript.Run("torch", "checkpoints.py", "write", folder).EnumerateObject())
            {
                using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(folder, file.Name));
                Assert.Equal(file.Name.Contains("zip", StringComparison.Ordinal) ? "pth (zip)" : "pth (legacy)",
                    checkpoint.Container);
                AssertEqual(file.Value, checkpoint.Weights, file.Name);
                if (file.Name.StartsWith("training", StringComparison.Ordinal)) AssertIsTrainingCheckpoint(checkpoint);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertIsTrainingCheckpoint(Checkpoint checkpoint)
    {
        Assert.Equal("model", checkpoint.WeightsAt);
        Assert.Equal(checkpoint.Weights.Keys, checkpoint.Ema!.Keys);
        using (Tensor half = checkpoint.Weights["3.weight"] / 2)
            Assert.Equal(half.bytes.ToArray(), checkpoint.Ema["3.weight"].bytes.ToArray());
        Assert.Superset(new HashSet<string> { "args", "device", "dtype", "epoch", "lr_scheduler", "optimizer", "scaler", "size" },
            checkpoint.OtherKeys.ToHashSet());
        (string, string)[] facts =
        [
            ("epoch", "7"), ("scaler", "none"), ("args.lr", "0.5"), ("args.epochs", "300"), ("args.model", "vim"),
            ("args.amp", "False"), ("args.resume", "None"),
        ];
        foreach ((string key, string value) in facts) Assert.Equal(value, checkpoint.Facts[key]);
        if (checkpoint.OtherKeys.Contains("max_accuracy")) Assert.Equal("91.25", checkpoint.Facts["max_accuracy"]);
    }

    private static void AssertEqual(JsonElement described, IReadOnlyDictionary<string, Tensor> weights, string what)
    {
        Assert.Equal(described.EnumerateObject().Select(t => t.Name), weights.Keys);
        foreach ((string name, Tensor value) in weights)
        {
            JsonElement one = described.GetProperty(name);
            using Tensor flat = value.detach().contiguous();
            Assert.Equal((what, name, one[0].GetString()), (what, name, TorchName(value.dtype)));
            Assert.Equal(one[1].EnumerateArray().Select(s => s.GetInt64()), value.shape);
            Assert.Equal(one[2].GetString(), Convert.ToHexStringLower(flat.bytes));
        }
    }

    private static string TorchName(ScalarType type) =>
        type == ScalarType.Byte ? "torch.uint8" : $"torch.{type.ToString().ToLowerInvariant()}";
}
