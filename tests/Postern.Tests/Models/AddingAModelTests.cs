using Postern.Configuration;
using Postern.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Models;

/// <summary>The example of docs/adding-a-model.md is compiled here and does what the page says.</summary>
public class AddingAModelTests
{
    private static readonly ModelEntry Entry =
        PatchMlp.Entry("patch-mlp", "a perceptron over each patch, an example", patch: 4, dim: 64);

    [Fact]
    public void The_page_shows_the_file_that_is_compiled()
    {
        string page = File.ReadAllText(Path.Combine(SharedMaterial.RepositoryRoot, "docs", "adding-a-model.md"));
        string code = File.ReadAllText(
            Path.Combine(SharedMaterial.RepositoryRoot, "tests", "Postern.Tests", "Models", "PatchMlp.cs"))
            .Replace("using Postern.Models;\n", "", StringComparison.Ordinal)
            .Replace("namespace Postern.Tests.Models;", "namespace Postern.Models;", StringComparison.Ordinal);
        Assert.Contains(code, page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_is_built_recognised_and_learns()
    {
        using DisposeScope scope = NewDisposeScope();
        using Backbone model = Entry.Build(new Choice(Entry), 10, 32);
        model.Initialise(4);
        WeightSizes? sizes = Entry.Recognise(new WeightShapes(model.state_dict().ToDictionary(e => e.Key, e => e.Value.shape)));
        Assert.Equal(("4", "64", 10), (sizes!.Options["patch_size"], sizes.Options["embed_dim"], sizes.Classes));
        Assert.Equal(64 * (64 * 48 + 64 * 64) + 640, model.MultiplyAdds(32));
        Tensor loss = nn.functional.cross_entropy(model.forward(randn(4, 3, 32, 32)), arange(4));
        loss.backward();
        Assert.All(model.parameters(), p => Assert.True(p.grad!.abs().sum().item<float>() > 0));
        Assert.Contains(Entry.Options, o => o.Name == "checkpoint");
    }
}
