using Postern.Configuration;

namespace Postern.Tests.Configuration;

public class CatalogTests
{
    private sealed record Entry(string Name) : ICatalogEntry
    {
        public string Summary => "";

        public IReadOnlyList<OptionInfo> Options => [];
    }

    private sealed record OtherEntry(string Name) : ICatalogEntry
    {
        public string Summary => "";

        public IReadOnlyList<OptionInfo> Options => [];
    }

    private static readonly Catalog<Entry> Fruit = new("fruit", [new("apple"), new("pear"), new("quince")]);

    [Fact]
    public void An_entry_is_found_by_its_name_alone()
    {
        Assert.Same(Fruit[1], Fruit.Find("pear"));
        Assert.Same(Fruit[2], Fruit.Get("quince", "study.yaml:3:5"));
        Assert.Null(Fruit.Find("Pear"));
    }

    [Fact]
    public void A_name_that_means_nothing_is_answered_with_the_kind_and_the_nearest_name()
    {
        Assert.Equal("study.yaml:3:5: there is no fruit 'aple'; did you mean 'apple'?",
            Assert.Throws<InputException>(() => Fruit.Get("aple", "study.yaml:3:5")).Message);
        Assert.Equal("study.yaml:3:5: there is no fruit 'zzzzzzzzzz'; valid are apple, pear, quince",
            Assert.Throws<InputException>(() => Fruit.Get("zzzzzzzzzz", "study.yaml:3:5")).Message);
    }

    [Fact]
    public void A_name_is_given_once() =>
        Assert.Throws<ArgumentException>(() => new Catalog<Entry>("fruit", [new("apple"), new("apple")]));

    [Fact]
    public void A_choice_keeps_the_very_entry_that_it_chose()
    {
        var choice = new Choice(Fruit[0]);
        Assert.Same(Fruit[0], choice.Entry);
        Assert.Same(Fruit[0], choice.EntryAs<Entry>());
        Assert.Throws<InvalidOperationException>(choice.EntryAs<OtherEntry>);
    }
}
