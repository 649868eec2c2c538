using Postern.Cli;
using Postern.Models;
using Postern.Models.Checkpoints;
using Postern.Tests.Studies;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Cli;

public sealed class ModelFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static (int Code, string Errors) Run(params string[] args)
    {
        using var errors = new StringWriter();
        int code = Program.Run(args, errors);
        return (code, errors.ToString());
    }

    private string Weights(string name)
    {
        using var vim = new Vim(new VimConfig(32, 4, 4, EmbedDim: 16, Depth: 1, StateSize: 4, Classes: 3));
        vim.Initialise(5);
        string path = folder.File(name);
        using FileStream stream = File.Create(path);
        SafeTensors.Write(stream, vim.state_dict());
        return path;
    }

    [Fact]
    public void Weights_convert_to_pth_and_back_without_a_change()
    {
        using DisposeScope scope = NewDisposeScope();
        string first = Weights("a.safetensors"), second = folder.File("b.pth"), third = folder.File("c.safetensors");
        Assert.Equal((0, ""), Run("models", "convert", first, second));
        Assert.Equal((0, ""), Run("models", "convert", second, third));
        Assert.Equal((0, ""), Run("models", "info", second));
        using Checkpoint before = Checkpoint.Open(first), after = Checkpoint.Open(third);
        Assert.Equal(before.Weights.Keys.Order(StringComparer.Ordinal), after.Weights.Keys.Order(StringComparer.Ordinal));
        Assert.All(before.Weights, w => Assert.True(w.Value.Equals(after.Weights[w.Key]), w.Key));
    }

    [Fact]
    public void Converting_to_half_precision_rounds_every_value_and_still_fits()
    {
        using DisposeScope scope = NewDisposeScope();
        string full = Weights("a.safetensors"), half = folder.File("half.pth");
        Assert.Equal((0, ""), Run("models", "convert", full, half, "--type", "float16"));
        using Checkpoint before = Checkpoint.Open(full), after = Checkpoint.Open(half);
        Assert.All(before.Weights, w => Assert.True(w.Value.to_type(ScalarType.Float16).Equals(after.Weights[w.Key]), w.Key));
        Assert.Equal((0, ""), Run("models", "info", half));
    }

    [Fact]
    public void A_file_that_is_there_is_not_replaced_unasked_and_other_refusals_are_one_line()
    {
        string weights = Weights("a.safetensors"), there = folder.File("there.pth", "something");
        AssertRefused("exists already", "models", "convert", weights, there);
        Assert.Equal("something", File.ReadAllText(there));
        AssertRefused("no known extension", "models", "convert", weights, folder.File("a.bin"));
        AssertRefused("no running means", "models", "convert", weights, folder.File("ema.pth"), "--ema");
        AssertRefused("is no weight file", "models", "info", there);
        AssertRefused("there is no model 'vimm'", "models", "info", weights, "--model", "vimm");
        AssertRefused("there is no model 'resnet17'", "models", "resnet17");
    }

    [Fact]
    public void Nothing_is_converted_where_no_weights_fit_unless_their_place_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        string odd = folder.File("odd.safetensors"), converted = folder.File("odd.pth");
        using (FileStream stream = File.Create(odd))
            SafeTensors.Write(stream, new Dictionary<string, Tensor> { ["layer.weight"] = ones(2, 2), ["layer.bias"] = ones(2) });
        AssertRefused("no weights that fit a model of the catalogue", "models", "convert", odd, converted);
        Assert.False(File.Exists(converted));
        Assert.Equal(1, Run("models", "info", odd).Code);
        AssertRefused("holds no tensors at 'netC'", "models", "convert", odd, converted, "--at", "netC");
        Assert.Equal((0, ""), Run("models", "convert", odd, converted, "--at", "."));
        using Checkpoint after = Checkpoint.Open(converted);
        Assert.Equal(["layer.weight", "layer.bias"], after.Weights.Keys);
    }

    [Fact]
    public void Wrapped_names_are_converted_to_official_ones()
    {
        using DisposeScope scope = NewDisposeScope();
        string plain = Weights("a.safetensors"), wrapped = folder.File("w.pth"), official = folder.File("o.safetensors");
        using (Checkpoint before = Checkpoint.Open(plain))
        using (FileStream stream = File.Create(wrapped))
            TorchFile.Write(stream, before.Weights.ToDictionary(w => "module._orig_mod." + w.Key, w => w.Value));
        Assert.Equal((0, ""), Run("models", "info", wrapped));
        Assert.Equal((0, ""), Run("models", "convert", wrapped, official));
        Assert.Equal(File.ReadAllBytes(plain), File.ReadAllBytes(official));
    }

    [Fact]
    public void Info_ends_with_1_where_the_weights_do_not_fit()
    {
        Assert.Equal(1, Run("models", "info", Weights("a.safetensors"), "--model", "deit").Code);
    }

    private static void AssertRefused(string reason, params string[] args)
    {
        (int code, string errors) = Run(args);
        Assert.Equal(2, code);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }
}
