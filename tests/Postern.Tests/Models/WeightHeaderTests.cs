using Postern.Models.Checkpoints;

namespace Postern.Tests.Models;

public class WeightHeaderTests
{
    [Fact]
    public void What_is_told_comes_back_the_same()
    {
        var told = new WeightHeader(new NamedOptions("deit-mini", new Dictionary<string, string> { ["heads"] = "4" }),
            new ModelInput(64, [0.4914f, 0.4822f, 0.4465f], [0.247f, 0.243f, 0.261f]), ["über \"b\"", "c\\d"],
            new NamedOptions("folder", new Dictionary<string, string> { ["resize"] = "shortest" }));
        WeightHeader back = WeightHeader.Of(told.Pairs().ToDictionary());
        Assert.Equal("deit-mini", back.Model!.Name);
        Assert.Equal(told.Model!.Options, back.Model.Options);
        Assert.Equal(told.Dataset!.Options, back.Dataset!.Options);
        Assert.Equal(told.Input!.Size, back.Input!.Size);
        Assert.Equal(told.Input.Mean, back.Input.Mean);
        Assert.Equal(told.Input.Std, back.Input.Std);
        Assert.Equal(told.ClassNames, back.ClassNames);
    }

    [Theory]
    [InlineData("input_mean", "[0.5]")]
    [InlineData("input_mean", "0.5, 0.5, 0.5")]
    [InlineData("input_std", "[1, 0, 1]")]
    [InlineData("input_size", "-3")]
    public void Pairs_of_another_form_tell_nothing(string key, string value)
    {
        var pairs = new Dictionary<string, string>
        {
            ["input_size"] = "32",
            ["input_mean"] = "[0.5, 0.5, 0.5]",
            ["input_std"] = "[0.5, 0.5, 0.5]",
        };
        Assert.NotNull(WeightHeader.Of(pairs).Input);
        pairs[key] = value;
        Assert.Null(WeightHeader.Of(pairs).Input);
    }
}
