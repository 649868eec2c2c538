using System.Globalization;
using System.Text.RegularExpressions;

namespace Postern.Studies.Slurm;

/// <summary>What a cluster has, so that what it cannot give is refused before anything is submitted.</summary>
internal sealed partial class SlurmSite
{
    // Index of the longest array plus one, where the cluster does not tell: Slurm's own default.
    private const int UsualArraySize = 1001;

    private readonly Group[] groups;
    private readonly string[] accounts;

    private SlurmSite(Group[] groups, string[] accounts, int largestIndex) =>
        (this.groups, this.accounts, LargestIndex) = (groups, accounts, largestIndex);

    /// <summary>The largest number that an element of an array may have.</summary>
    public int LargestIndex { get; }

    /// <summary>Asks Slurm.</summary>
    /// <exception cref="InputException">Slurm is not here or does not answer.</exception>
    public static SlurmSite Ask()
    {
        ToolResult nodes = SlurmTools.Run("sinfo", "-h", "-o", "%R|%c|%m|%G|%f|%l");
        if (nodes.Code != 0) throw new InputException("sinfo", nodes.Error);
        return Parse(nodes.Output, SlurmTools.Run("scontrol", "show", "config").Output, Accounts());
    }

    /// <summary>What <c>sinfo</c>, <c>scontrol show config</c> and <c>sacctmgr</c> say.</summary>
    /// <param name="nodes">A line for nodes that are alike.</param>
    /// <param name="configuration">The controller's settings.</param>
    /// <param name="accounts">The user's accounts, a line each; empty where the cluster keeps none, or does not tell.</param>
    internal static SlurmSite Parse(string nodes, string configuration, string accounts = "")
    {
        Match size = ArraySize().Match(configuration);
        int largest = size.Success ? int.Parse(size.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : UsualArraySize;
        return new SlurmSite([.. nodes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('|'))
            .Where(f => f.Length >= 6).Select(Group.Of)],
            [.. accounts.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()],
            Math.Max(1, largest - 1));
    }

    // Clusters without accounting lack the command, or have it say that there is none.
    private static string Accounts()
    {
        try
        {
            ToolResult told = SlurmTools.Run("sacctmgr", "-n", "-P", "show", "associations",
                $"user={Environment.UserName}", "format=account");
            return told.Code == 0 ? told.Output : "";
        }
        catch (InputException)
        {
            return "";
        }
    }

    /// <summary>Refuses what no node of the partition can give; what is not asked for is the cluster's choice.</summary>
    /// <exception cref="InputException">The option, and what is valid.</exception>
    public void Check(SlurmOptions options)
    {
        // Slurm keeps their names in small letters.
        if (options.Account is string account && accounts.Length > 0
            && !accounts.Contains(account, StringComparer.OrdinalIgnoreCase))
            throw new InputException("--account",
                $"Slurm has no account '{account}' for you; valid are {string.Join(", ", accounts)}");
        if (groups.Length == 0) return;
        string[] partitions = [.. groups.Select(g => g.Partition).Distinct()];
        foreach (string name in options.Partition?.Split(',') ?? [])
        {
            if (!partitions.Contains(name))
                throw new InputException("--partition",
                    $"Slurm has no partition '{name}'; valid are {string.Join(", ", partitions)}");
        }
        Group[] here = options.Partition is string chosen
            ? [.. groups.Where(g => chosen.Split(',').Contains(g.Partition))] : groups;
        int cpus = here.Max(g => g.Cpus);
        if (options.Cpus > cpus)
            throw new InputException("--cpus", string.Create(CultureInfo.InvariantCulture,
                $"no node has {options.Cpus} cores; valid are 1 to {cpus}"));
        long memory = here.Max(g => g.Megabytes);
        if (options.Mem is string mem && Megabytes(mem) > memory)
            throw new InputException("--mem", string.Create(CultureInfo.InvariantCulture,
                $"no node has {mem}; valid is up to {memory}M"));
        if (options.Time is string time && here.All(g => g.Limit is TimeSpan limit && SlurmTime.Parse(time) is var asked
            && (asked is null || asked > limit)))
            throw new InputException("--time",
                $"{time} is more than the partition gives; valid is up to {here.MaxBy(g => g.Limit)!.Time}");
        CheckGres(options.Gres, here);
        string[] features = [.. here.SelectMany(g => g.Features).Distinct()];
        if (options.Constraint is string feature && PlainWord().IsMatch(feature) && !features.Contains(feature))
            throw new InputException("--constraint", $"no node has the feature '{feature}'; valid are {List(features)}");
    }

    private static void CheckGres(string? asked, Group[] here)
    {
        foreach (string one in asked?.Split(',') ?? [])
        {
            string[] parts = one.Split(':');
            bool hasCount = int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int count);
            string name = string.Join(':', hasCount ? parts[..^1] : parts);
            bool isThere = here.SelectMany(
                g => g.Gres).Any(g => (g.Name == name || g.Name.StartsWith($"{name}:", StringComparison.Ordinal))
                && g.Count >= (hasCount ? count : 1));
            if (isThere) continue;
            string[] valid = [.. here.SelectMany(g => g.Gres)
                .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Name}:{g.Count}")).Distinct()];
            throw new InputException("--gres", $"no node has '{one}'; valid are {List(valid)}");
        }
    }

    private static string List(string[] names) =>
        names.Length == 0 ? "none: the nodes have nothing of the kind" : string.Join(", ", names);

    private static long? Megabytes(string text)
    {
        Match match = Memory().Match(text);
        if (!match.Success) return null;
        double number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return (long)(match.Groups[2].Value.ToUpperInvariant() switch
        {
            "K" => number / 1024,
            "G" => number * 1024,
            "T" => number * 1024 * 1024,
            _ => number,
        });
    }

    [GeneratedRegex(@"MaxArraySize\s*=\s*([0-9]{1,9})")]
    private static partial Regex ArraySize();

    [GeneratedRegex("^([0-9]{1,9})([KMGTkmgt]?)[Bb]?$")]
    private static partial Regex Memory();

    [GeneratedRegex(@"^\w+$")]
    private static partial Regex PlainWord();

    /// <summary>Nodes of a partition that are alike.</summary>
    private sealed record Group(
        string Partition, int Cpus, long Megabytes, (string Name, int Count)[] Gres, string[] Features,
        TimeSpan? Limit, string Time)
    {
        public static Group Of(string[] fields) => new(fields[0], Number(fields[1]), Number(fields[2]),
            [.. Words(fields[3]).Select(Resource)], [.. Words(fields[4])], Known(fields[5]), fields[5]);

        private static TimeSpan? Known(string text)
        {
            try
            {
                return SlurmTime.Parse(text);
            }
            catch (InputException)
            {
                return null;
            }
        }

        private static int Number(string text) => int.TryParse(text.TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture,
            out int number) ? number : int.MaxValue;

        private static IEnumerable<string> Words(string text) =>
            text is "(null)" or "" ? [] : text.Split(',').Select(w => w.Split('(')[0]);

        // gpu:2 or gpu:a100:2.
        private static (string Name, int Count) Resource(string text)
        {
            int last = text.LastIndexOf(':');
            return last > 0 && int.TryParse(text.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                ? (text[..last], count) : (text, 1);
        }
    }
}
