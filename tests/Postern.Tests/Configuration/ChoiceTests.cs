using Postern.Configuration;

namespace Postern.Tests.Configuration;

public class ChoiceTests
{
    private sealed record Entry(string Name, string Summary, IReadOnlyList<OptionInfo> Options) : ICatalogEntry;

    private static readonly Entry Blend = new("blend", "",
    [
        new("poison_rate", OptionKind.Number, "0.01", "") { Min = 0, Max = 1 },
        new("target", OptionKind.Integer, "-1", "") { Min = -1 },
        new("exclude_target", OptionKind.Switch, "true", ""),
        new("mode", OptionKind.Word, "add", "") { Allowed = ["add", "set"] },
        new("milestones", OptionKind.Integers, "", ""),
        new("source", OptionKind.Integer, "0", "") { Min = 0, TakesName = true },
        new("sources", OptionKind.Integers, "", "") { Min = 0, TakesName = true },
    ]);

    private static Choice Make(string key, string value) =>
        new(Blend, new Dictionary<string, string> { [key] = value }, "study.yaml:3:5");

    [Fact]
    public void Defaults_fill_what_is_not_given()
    {
        Choice choice = Make("mode", "set");
        Assert.Equal(0.01m, choice.Number("poison_rate"));
        Assert.Equal("set", choice.Word("mode"));
        Assert.True(choice.Switch("exclude_target"));
        Assert.Equal("blend(exclude_target=true;milestones=;mode=set;poison_rate=0.01;source=0;sources=;target=-1)",
            choice.Canonical);
    }

    [Theory]
    [InlineData("poison_rate", "0.0100", "0.01")]
    [InlineData("poison_rate", "1e-2", "0.01")]
    [InlineData("exclude_target", "False", "false")]
    [InlineData("milestones", "[50, 75]", "50,75")]
    [InlineData("target", "1_0", "10")]
    [InlineData("source", "1_0", "10")]
    [InlineData("source", " limit 30 ", "limit 30")]
    [InlineData("sources", "[limit 30, 0_5]", "limit 30,5")]
    public void One_value_has_one_text(string key, string given, string canonical) =>
        Assert.Equal(canonical, Make(key, given).Values[key]);

    [Fact]
    public void A_default_beside_another_option_stands_where_that_one_is_set_and_it_is_not_itself()
    {
        OptionInfo rate = new("rate", OptionKind.Number, "0.05", "") { Beside = new DefaultBeside("weights", "0") };
        var entry = new Entry("vim", "", [rate, new("weights", OptionKind.File, "", "")]);
        Assert.Equal("0.05", Rate([]));
        Assert.Equal("0.05", Rate(new() { ["weights"] = "" }));
        Assert.Equal("0", Rate(new() { ["weights"] = "a.pth" }));
        Assert.Equal("0.05", Rate(new() { ["weights"] = "a.pth", ["rate"] = "0.05" }));

        string Rate(Dictionary<string, string> given) => new Choice(entry, given).Values["rate"];
    }

    [Theory]
    [InlineData("poison_rate", "1.5", "poison_rate is 1.5, expected 0 to 1")]
    [InlineData("poison_rate", "much", "poison_rate is 'much', expected a number")]
    [InlineData("target", "-2", "target is -2, expected at least -1")]
    [InlineData("target", "1.5", "expected a whole number")]
    [InlineData("target", "stop", "expected a whole number")]
    [InlineData("source", "1.5", "expected a whole number")]
    [InlineData("source", "-1", "source is -1, expected at least 0")]
    [InlineData("mode", "mul", "expected one of add, set")]
    [InlineData("exclude_target", "yes", "expected true or false")]
    [InlineData("poison_rates", "0.1", "did you mean 'poison_rate'?")]
    [InlineData("zzz", "0.1", "valid are poison_rate, target")]
    public void What_does_not_fit_is_refused_with_its_place(string key, string value, string reason)
    {
        InputException error = Assert.Throws<InputException>(() => Make(key, value));
        Assert.StartsWith("study.yaml:3:5: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
