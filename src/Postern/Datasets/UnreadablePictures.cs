using Postern.Configuration;

namespace Postern.Datasets;

/// <summary>
/// What a study does about pictures that cannot be read: it finds them before it trains, and refuses or drops them.
/// </summary>
public static class UnreadablePictures
{
    /// <summary>The option of datasets that are read from folders.</summary>
    internal static readonly OptionInfo Option = new("unreadable", OptionKind.Word, Refuse,
        "refuse (a picture that cannot be read fails the cells of its dataset) or skip (it is left out, counted and noted)")
    {
        Allowed = [Refuse, Skip],
        Neutral = Refuse,
    };

    private const string Refuse = "refuse", Skip = "skip";

    /// <summary>The dataset with pictures that can all be read.</summary>
    /// <param name="dataset">As it was opened.</param>
    /// <param name="choice">What a study chose.</param>
    /// <param name="sweep">How the pictures are gone through.</param>
    /// <exception cref="InputException">
    /// Pictures cannot be read and the choice is to refuse them, or none is left; of a sample.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Dataset Settle(Dataset dataset, Choice choice, PictureSweep sweep)
    {
        bool skips = AreSkipped(choice);
        if (skips) sweep = sweep with { Decodes = true };
        SweptPictures train = dataset.Train.Sweep(sweep);
        SweptPictures test = dataset.Test == dataset.Train ? train : dataset.Test.Sweep(sweep);
        if (train.Unreadable.Count + test.Unreadable.Count == 0) return dataset;
        if (!skips) throw test == train ? Refused(train) : Refused(train, test);
        return dataset with
        {
            Train = Without(train.Unreadable, dataset.Train),
            Test = Without(test.Unreadable, dataset.Test),
            Notes = [.. dataset.Notes, .. NoteOf("training", train), .. NoteOf("test", test)],
        };
    }

    /// <summary>Whether they are left out.</summary>
    internal static bool AreSkipped(Choice choice) => choice.Values.GetValueOrDefault(Option.Name) == Skip;

    /// <summary>The same choice, opened with the pictures that cannot be read in it, for a sweep to list them.</summary>
    public static Choice Kept(Choice choice)
    {
        if (!choice.Values.ContainsKey(Option.Name)) return choice;
        IEnumerable<string> changed = choice.Entry.Options.Where(o => choice.Values[o.Name] != o.Default).Select(o => o.Name);
        var given = changed.ToDictionary(name => name, name => choice.Values[name]);
        given[Option.Name] = Skip;
        return new Choice(choice.Entry, given);
    }

    /// <summary>The error where some cannot be read and none is to be left out.</summary>
    /// <param name="splits">What was found; at least one picture.</param>
    internal static InputException Refused(params SweptPictures[] splits)
    {
        (int unreadable, int count) = (splits.Sum(s => s.Unreadable.Count), splits.Sum(s => s.Count));
        string others = unreadable == 1 ? "" : FormattableString.Invariant($"; {unreadable} of {count} pictures cannot be read");
        return InputException.OfSample($"{splits.SelectMany(s => s.Unreadable).First().Error}{others}; replace or remove what "
            + "'postern data info PATH --check' lists, or set unreadable: skip");
    }

    private static ImageSet Without(IReadOnlyList<UnreadablePicture> unreadable, ImageSet set)
    {
        if (unreadable.Count == 0) return set;
        HashSet<int> dropped = [.. unreadable.Select(u => u.Index)];
        int[] left = [.. Enumerable.Range(0, set.Count).Where(i => !dropped.Contains(i))];
        return left.Length > 0 ? new SubsetImageSet(set, left)
            : throw InputException.OfSample($"{unreadable[0].Error}; no picture of its split can be read");
    }

    private static IEnumerable<string> NoteOf(string split, SweptPictures swept)
    {
        if (swept.Unreadable is not [UnreadablePicture first, ..]) yield break;
        yield return FormattableString.Invariant(
            $"left out because they cannot be read: {swept.Unreadable.Count} of {swept.Count} {split} pictures, {first.Name} first");
    }
}
