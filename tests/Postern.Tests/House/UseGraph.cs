namespace Postern.Tests.House;

/// <summary>Who uses whom.</summary>
internal sealed class UseGraph
{
    private readonly SortedDictionary<string, SortedSet<string>> uses = new(StringComparer.Ordinal);

    /// <param name="nodes">All, those without uses too.</param>
    /// <param name="uses">From user to used; a user of itself does not count.</param>
    public UseGraph(IEnumerable<string> nodes, IEnumerable<(string From, string To)> uses)
    {
        foreach (string node in nodes) this.uses[node] = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string from, string to) in uses)
            if (from != to) this.uses[from].Add(to);
    }

    public IEnumerable<string> Nodes => uses.Keys;

    public IEnumerable<(string From, string To)> Uses => uses.SelectMany(u => u.Value.Select(to => (u.Key, to)));

    /// <summary>The graph of what the nodes belong to.</summary>
    public UseGraph By(Func<string, string> group) =>
        new(Nodes.Select(group).Distinct(), Uses.Select(u => (group(u.From), group(u.To))));

    /// <summary>
    /// The sets of two or more nodes that all use each other, directly or by way of others, each in order (Tarjan's strongly
    /// connected components).
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Circles()
    {
        List<IReadOnlyList<string>> circles = [];
        Dictionary<string, int> index = [], low = [];
        Stack<string> open = [];
        HashSet<string> isOpen = [];
        foreach (string node in Nodes)
            if (!index.ContainsKey(node)) Visit(node);
        return circles;

        void Visit(string node)
        {
            index[node] = low[node] = index.Count;
            open.Push(node);
            isOpen.Add(node);
            foreach (string used in uses[node])
            {
                if (!index.ContainsKey(used))
                {
                    Visit(used);
                    low[node] = Math.Min(low[node], low[used]);
                }
                else if (isOpen.Contains(used)) low[node] = Math.Min(low[node], index[used]);
            }
            if (low[node] != index[node]) return;
            List<string> circle = [];
            string member;
            do
            {
                member = open.Pop();
                isOpen.Remove(member);
                circle.Add(member);
            }
            while (member != node);
            if (circle.Count > 1) circles.Add([.. circle.Order(StringComparer.Ordinal)]);
        }
    }
}
