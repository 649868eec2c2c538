namespace Postern.Tests.Fuzzing;

/// <summary>
/// Changed files against every reader, the same changes each time. For longer: <c>POSTERN_FUZZ_SECONDS=600</c> gives each reader
/// so many seconds.
/// </summary>
[LongGroup("Fuzz")]
public class FuzzTests
{
    public static TheoryData<string> Readers => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_changed_file_is_read_or_refused_in_a_line_within_bounds(string reader)
    {
        Fuzzer.Run(FuzzTargets.All.Single(t => t.Name == reader));
    }
}
