using FsCheck.Fluent;
using Postern.Reports.Paper;
using Postern.Tests.Studies;

namespace Postern.Tests.Reports.Paper;

public sealed class PublishedFileTests : IDisposable
{
    private const string Sample = """
        source: someone
        tables:
          - name: T
            shows: things
            dataset: D
            values:
              - {model: M, attack: None, defence: None, acc: 90}
              - {model: M, attack: A, defence: None, acc: 89.5, asr: {above: 99}}
              - {model: M, attack: A, defence: None, poison_rate: 0.01, asr: 1e1}
              - {model: N, attack: A, defence: None, acc: 80, asr: 70}
            averages: [{model: N, acc: 80, asr: 70}]
        settings: [{dataset: D, attack: A, table: T, poison_rate: 0.02}]
        claims:
          - id: c
            text: M learns it
            table: T
            comparisons:
              - {measure: asr, left: {model: M, minus: {attack: [A]}}, relation: at least, right: -1.5, margin: 2}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private PublishedValues Read(string yaml) => PublishedValues.Read(folder.File("p.yaml", yaml));

    private string Error(string yaml) => Assert.Throws<InputException>(() => Read(yaml)).Message;

    [Fact]
    public void A_file_is_read_with_its_defaults_conditions_and_inexact_numbers()
    {
        PublishedValues read = Read(Sample);
        Assert.Equal(["90.00 ", "89.50 above 99", " 10.00", "80.00 70.00"], read.Values.Select(v => $"{v.Acc} {v.Asr}"));
        Assert.All(read.Values, v => Assert.Equal("D", v.Names.Dataset));
        Assert.Equal(0.01m, read.Values[2].Condition.PoisonRate);
        Comparison comparison = read.Claims.Single().Comparisons.Single();
        Assert.Equal(("M", "A", -1.5m),
            (comparison.Left.Minus!.Models.Single(), comparison.Left.Minus.Attacks.Single(), comparison.Right.Constant));
        Assert.Equal("ASR: (M − M, A) at most 2 below -1.5", comparison.ToString());
    }

    [Theory]
    [InlineData("source: someone", "sauce: someone",
        "1:1: a file of published values has no key 'sauce'; did you mean 'source'?")]
    [InlineData("source: someone", "source: ", "source is empty, expected a text of one line")]
    [InlineData("shows: things\n", "\n", "3:5: a table needs the key 'shows'")]
    [InlineData("acc: 90}", "acc: 900}", "7:54: acc is '900', expected a number from 0 to 100")]
    [InlineData("acc: 90}", "acc: ninety}", "7:54: acc is 'ninety', expected a number from 0 to 100")]
    [InlineData("acc: 90}", "acc: [9]}", "7:54: acc is a list, expected a number")]
    [InlineData("acc: 90}", "ac: 90}", "7:49: a value has no key 'ac'; did you mean 'acc'?")]
    [InlineData(", acc: 90}", "}", "7:9: a value needs 'acc' or 'asr'")]
    [InlineData("{model: M, attack: None", "{attack: None", "7:9: a value needs the key 'model'")]
    [InlineData("{above: 99}", "{above: 99, near: 3}", "8:62: asr needs either 'above' or 'near'")]
    [InlineData("poison_rate: 0.01, ", "", "9:9: T has the value of D, M, A, None twice")]
    [InlineData("poison_rate: 0.01", "poison_rate: 1.5", "poison_rate is '1.5', expected a number from 0 to 1")]
    [InlineData("averages: [{model: N", "averages: [{model: O", "11:16: T has no attacked rows of O on D to average")]
    [InlineData("averages: [{model: N, acc: 80, asr: 70}]", "averages: []",
        "averages is an empty list, expected a list with at least one entry")]
    [InlineData("settings: [{dataset: D, ", "settings: [{", "12:12: a setting needs the key 'dataset'")]
    [InlineData("measure: asr", "measure: ars", "18:19: there is no measure 'ars'; did you mean")]
    [InlineData("at least", "at lest", "there is no relation 'at lest'; did you mean 'at least'?")]
    [InlineData("left: {model: M,", "left: {model: Mm,", "18:38: no table has the model 'Mm'; did you mean 'M'?")]
    [InlineData("attack: [A]", "attack: []", "attack is an empty list")]
    [InlineData("right: -1.5", "right: {modle: M}", "the right side has no key 'modle'; did you mean 'model'?")]
    [InlineData("right: -1.5", "right: much", "right is 'much', expected a number from -1000 to 1000")]
    [InlineData("left: {model: M, minus: {attack: [A]}}", "left: 3",
        "left is a number, expected cells; write the number on the right")]
    [InlineData("margin: 2", "margin: -2", "margin is '-2', expected a number from 0 to 1000")]
    [InlineData("at least, right: -1.5, margin: 2", "within, right: -1.5", "18:9: a comparison needs the key 'margin'")]
    [InlineData("settings:", "claims:", "13:1: the key 'claims' is given twice")]
    public void A_mistake_is_one_line_with_its_place(string right, string wrong, string expected)
    {
        Assert.Contains(right, Sample, StringComparison.Ordinal);
        string message = Error(Sample.Replace(right, wrong, StringComparison.Ordinal));
        Assert.StartsWith(folder.File("p.yaml") + ":", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_file_that_is_a_list_or_missing_is_named()
    {
        Assert.Contains("p.yaml: is no file of published values", Error("[1]"), StringComparison.Ordinal);
        Assert.Contains("does not exist",
            Assert.Throws<InputException>(() => PublishedValues.Read(folder.File("absent.yaml"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root:x:0:0:secret:/root:/bin/bash\n")]
    [InlineData("password: secret\n")]
    [InlineData("secret")]
    [InlineData("&secret [a]")]
    [InlineData("\tsecret: {")]
    public void Of_a_file_of_another_kind_nothing_is_quoted(string content)
    {
        string message = Error(content);
        Assert.Contains("is no file of published values", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_read_or_refused_in_one_line()
    {
        string path = folder.File("mutated.yaml");
        DamagedYaml.Check(path, Sample, size: 3, files: 500, () => PublishedValues.Read(path).Values.Count > 0);
    }
}
