namespace Postern.Benchmarks;

/// <summary>
/// Batches and evaluation: processor time for all pictures, beside what cannot be saved (<see cref="InputPace"/> says what that
/// is).
/// </summary>
internal static class InputRows
{
    /// <summary><c>batches-32</c>, <c>batches-224</c> and <c>evaluate</c>.</summary>
    public static IReadOnlyList<Work> Works { get; } =
    [
        new("batches-32", scale => [Row("batches-32", InputPace.Batches32(scale.Quick))]),
        new("batches-224", scale => [Row("batches-224", InputPace.Batches224(quick: scale.Quick))]),
        new("evaluate", scale => [Row("evaluate", InputPace.Evaluate(scale.Quick))]),
    ];

    private static ComparedRow Row(string work, InputPaceResult pace) => new(work, "")
    {
        OursMs = 1e3 * pace.Images / pace.ImagesPerSecond,
        FloorMs = 1e3 * pace.Images / pace.FloorImagesPerSecond,
        Note = FormattableString.Invariant($"{pace.Images} pictures, {pace.ImagesPerSecond:f0} img/s of one core"),
    };
}
