namespace Postern.Tests.House;

public class UseGraphTests
{
    [Fact]
    public void Nodes_that_use_each_other_by_way_of_others_are_one_circle()
    {
        var graph =
            new UseGraph(["a", "b", "c", "d", "e"], [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "a"), ("d", "d")]);
        Assert.Equal([["a", "b", "c"]], graph.Circles());
    }

    [Fact]
    public void Circles_that_do_not_touch_are_told_apart()
    {
        var graph = new UseGraph(["a", "b", "c", "d"], [("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")]);
        Assert.Equal([["c", "d"], ["a", "b"]], graph.Circles());
    }

    [Fact]
    public void A_group_uses_what_its_members_use()
    {
        UseGraph folders = new UseGraph(["x/a", "x/b", "y/c"], [("x/a", "x/b"), ("x/b", "y/c")]).By(file => file[..1]);
        Assert.Equal(["x", "y"], folders.Nodes);
        Assert.Equal([("x", "y")], folders.Uses);
    }
}
