using Postern.Kernels;
using Postern.Native.Paths;
using Postern.Tests.Goldens;
using Postern.Tests.Studies;

namespace Postern.Tests.Native.Paths;

public class SelfCheckTests
{
    public static TheoryData<string, string> CandidatesHere()
    {
        TheoryData<string, string> here = [];
        foreach (IFastPath path in SelfCheck.Paths)
            foreach (ICandidate candidate in path.Candidates.Where(c => c.Unavailable is null && c.Danger is null))
                here.Add(path.Name, candidate.Name);
        return here;
    }

    [Theory]
    [MemberData(nameof(CandidatesHere))]
    public void Every_candidate_of_this_machine_that_is_offered_gives_the_plain_values(string path, string candidate)
    {
        string before = SelfCheck.Chosen(bfloat16: true).GetValueOrDefault(path)
            ?? SelfCheck.Paths.First(p => p.Name == path).Candidates[0].Name;
        try
        {
            IFastPath found = SelfCheck.Paths.First(p => p.Name == path);
            Trial trial = Ladder.Here(found, found.Candidates.First(c => c.Name == candidate));
            Assert.True(trial.Outcome == TrialOutcome.Passed, trial.Detail);
        }
        finally
        {
            SelfCheck.Paths.First(p => p.Name == path).Candidates.First(c => c.Name == before).Take();
        }
    }

    [Fact]
    public void Something_of_every_path_is_compared_and_every_path_has_a_way_to_descend_to()
    {
        Assert.All(SelfCheck.Paths, path =>
        {
            Assert.NotEmpty(path.Compare());
            Assert.True(path.Candidates.Count > 1, path.Name);
            Assert.Equal(path.Candidates.Count, path.Candidates.Select(c => c.Name).Distinct().Count());
        });
        Assert.Equal(SelfCheck.Paths.Count, SelfCheck.Paths.Select(p => p.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(1.0f)]
    [InlineData(float.NaN)]
    public void One_number_that_is_off_among_many_is_seen(float error)
    {
        float[] plain = [.. Enumerable.Range(0, 100).Select(i => (float)i)], found = [.. plain];
        Assert.True(Deviation.Of("numbers", found, plain, Deviation.AllowedInFloat32).Passes);
        found[40] += error;
        Assert.False(Deviation.Of("numbers", found, plain, Deviation.AllowedInFloat32).Passes);
    }

    [Fact]
    public void Memory_full_of_NaN_is_where_next_tensors_come_from()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        TrialTensors.Soil(5000);
        // The C library takes the block that fits best, which may be one that something else freed: some of the next tensors, not
        // each.
        Assert.Contains(Enumerable.Range(0, 64).Select(_ => TorchSharp.torch.empty(5000)).ToArray(),
            t => t.isnan().any().item<bool>());
    }

    [Fact]
    [LongGroup("Fault")]
    public void A_machine_that_hides_its_caches_is_put_right_in_memory_and_gives_the_golden_values()
    {
        (int code, string output) = GoldensUnder(MachineFault.Variable, MachineFault.HiddenCaches);
        Assert.Contains("fault: hidden-caches", output, StringComparison.Ordinal);
        Assert.Contains("convolution=onednn-corrected", output, StringComparison.Ordinal);
        Assert.True(code == 0, output);
    }

    [Fact]
    [LongGroup("Fault")]
    public void A_broken_record_makes_padded_convolutions_wrong_or_ends_the_process_and_the_comparison_sees_it()
    {
        (int code, string output) = GoldensUnder(MachineFault.Variable, MachineFault.UsedAllTheSame);
        Assert.Contains("fault: used-all-the-same", output, StringComparison.Ordinal);
        Assert.True(code > 128 || output.Contains("as found: wrong", StringComparison.Ordinal), output);
    }

    [Fact]
    [LongGroup("Fault")]
    public void A_machine_whose_record_is_broken_for_no_known_reason_goes_without_oneDNN_and_gives_the_golden_values()
    {
        (int code, string output) = GoldensUnder(MachineFault.Variable, MachineFault.BrokenRecord);
        Assert.Contains("convolution=onednn-off", output, StringComparison.Ordinal);
        Assert.True(code == 0, output);
    }

    [Theory]
    [LongGroup("Fault")]
    [InlineData("scan=avx2,causal-convolution=avx2,norm=avx2,depthwise-convolution=avx2,gelu=avx2,optimizer=avx2,"
        + "convolution=onednn-off,attention=composed,product=by-rows")]
    [InlineData("scan=portable,causal-convolution=portable,norm=portable,depthwise-convolution=portable,gelu=portable,"
        + "optimizer=portable,product=convolution")]
    [InlineData("scan=plain,causal-convolution=plain,norm=plain,depthwise-convolution=plain,gelu=plain,optimizer=plain,"
        + "product=product")]
    public void Golden_values_hold_under_every_candidate(string wishes)
    {
        if (wishes.Contains("avx2", StringComparison.Ordinal) && !SimdPaths.IsSupported(SimdPath.Avx2))
            Assert.Skip("this machine has no AVX2");
        (int code, string output) = GoldensUnder(PathWishes.Variable, wishes);
        Assert.All(wishes.Split(','), wish => Assert.Contains(wish, output, StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper!
            .WriteLine(output.Split('\n').First(l => l.StartsWith("paths:", StringComparison.Ordinal)));
        Assert.True(code == 0, output);
    }

    /// <summary>
    /// The goldens that go through the paths, in a process of their own. Those of 224 pixels take most of the time and go
    /// through no path that others do not.
    /// </summary>
    private static (int Code, string Output) GoldensUnder(string variable, string value)
    {
        using var folder = new TemporaryFolder();
        if (GoldenFolder.Root is string root)
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(root, Models))
                .Where(f => !Path.GetFileName(f).Contains("imagenet", StringComparison.Ordinal)))
                File.Copy(file, folder.File(Path.Combine(Models, Path.GetFileName(file))));
        }
        return TestProcess.Run(Goldens, (variable, value), ("POSTERN_GOLDENS", folder.Path));
    }

    private const string Models = "models";

    private static readonly string[] Goldens =
        ["-method", "Postern.Tests.Goldens.ModelGoldenTests.Activations*", "-method", "Postern.Tests.Goldens.ScanGoldenTests.*"];
}
