using Postern.Studies.Slurm;

namespace Postern.Tests.Studies.Slurm;

/// <summary>What Slurm says and is told, in its own words.</summary>
public class SlurmWordsTests
{
    private const string Nodes = """
        main|2|4000|gpu:2|(null)|1-00:00:00
        low|64+|250000+|gpu:a100:4(S:0-1),fpga:1|avx512,fast|infinite
        """;

    [Theory]
    [InlineData("90", 5400)]
    [InlineData("1:30", 90)]
    [InlineData("2:00:30", 7230)]
    [InlineData("1-12", 129600)]
    [InlineData("1-00:30", 88200)]
    [InlineData("1-00:00:05", 86405)]
    public void Times_are_read_as_sbatch_reads_them(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SlurmTime.Parse(text));

    [Theory]
    [InlineData("two hours")]
    [InlineData("1:2:3:4")]
    [InlineData("-5")]
    [InlineData("")]
    public void What_is_no_time_is_refused_with_the_forms_that_are(string text) => Assert.Contains("valid are MINUTES",
        Assert.Throws<InputException>(() => SlurmTime.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, 120)]
    [InlineData("1-00:00:00", 120)]
    [InlineData("5", 60)]
    [InlineData("1", 12)]
    [InlineData("0:20", 10)]
    [InlineData("infinite", 120)]
    public void A_task_is_warned_two_minutes_before_its_limit_or_in_the_last_fifth_of_a_short_one(string? limit, int seconds) =>
        Assert.Equal(seconds, SlurmTime.Warning(limit));

    [Fact]
    public void Every_line_of_squeue_is_a_job_or_an_element()
    {
        IReadOnlyDictionary<string, SlurmElement> queue = SlurmQueue.Parse("""
            1|1|COMPLETED|None|node1
            1|3|FAILED|NonZeroExitCode|node1
            2|3|PENDING|JobArrayTaskLimit|
            3|N/A|PENDING|Dependency|
            slurm_load_jobs error: something else
            """);
        Assert.Equal(["1_1", "1_3", "2_3", "3"], queue.Keys);
        Assert.Equal(new SlurmElement("FAILED", "NonZeroExitCode", "node1"), queue["1_3"]);
        Assert.Equal([JobPhase.Ended, JobPhase.Ended, JobPhase.Waiting, JobPhase.Waiting], queue.Values.Select(e => e.Phase));
    }

    [Theory]
    [InlineData("PENDING", JobPhase.Waiting)]
    [InlineData("REQUEUED", JobPhase.Waiting)]
    [InlineData("SUSPENDED", JobPhase.Waiting)]
    [InlineData("RUNNING", JobPhase.Running)]
    [InlineData("COMPLETING", JobPhase.Running)]
    [InlineData("TIMEOUT", JobPhase.Ended)]
    [InlineData("NODE_FAIL", JobPhase.Ended)]
    [InlineData("PREEMPTED", JobPhase.Ended)]
    [InlineData("A_STATE_OF_2031", JobPhase.Running)]
    public void A_state_that_is_not_known_is_not_final(string state, JobPhase phase) =>
        Assert.Equal(phase, new SlurmElement(state, "None", "").Phase);

    [Theory]
    [InlineData("PartitionConfig",
        "no node of the partition is large enough: ask for less, or cancel and choose another (PartitionConfig)")]
    [InlineData("ReqNodeNotAvail, UnavailableNodes:node7", "its nodes are down or reserved (ReqNodeNotAvail)")]
    [InlineData("AssocGrpGRES", "the limit of your account is reached (AssocGrpGRES)")]
    [InlineData("QOSMaxJobsPerUserLimit", "the limit of your quality of service is reached (QOSMaxJobsPerUserLimit)")]
    [InlineData("SomethingNew", "SomethingNew")]
    public void A_reason_to_wait_is_told_in_words_beside_slurms(string reason, string expected) =>
        Assert.Equal(expected, PendingReason.Text(reason));

    [Theory]
    [InlineData("partition=gpu", "--partition: Slurm has no partition 'gpu'; valid are main, low")]
    [InlineData("cpus=65", "--cpus: no node has 65 cores; valid are 1 to 64")]
    [InlineData("partition=main cpus=3", "--cpus: no node has 3 cores; valid are 1 to 2")]
    [InlineData("partition=main mem=5G", "--mem: no node has 5G; valid is up to 4000M")]
    [InlineData("partition=main time=2-00:00:00",
        "--time: 2-00:00:00 is more than the partition gives; valid is up to 1-00:00:00")]
    [InlineData("gres=gpu:5", "--gres: no node has 'gpu:5'; valid are gpu:2, gpu:a100:4, fpga:1")]
    [InlineData("gres=tpu", "--gres: no node has 'tpu'; valid are gpu:2, gpu:a100:4, fpga:1")]
    [InlineData("constraint=avx2", "--constraint: no node has the feature 'avx2'; valid are avx512, fast")]
    [InlineData("partition=main constraint=fast",
        "--constraint: no node has the feature 'fast'; valid are none: the nodes have nothing of the kind")]
    public void What_no_node_can_give_is_refused_with_what_it_can(string asked, string expected) => Assert.Equal(expected,
        Assert.Throws<InputException>(() => SlurmSite.Parse(Nodes, "").Check(Options(asked))).Message);

    [Fact]
    public void An_account_is_one_of_the_users_where_the_cluster_keeps_any()
    {
        const string Mine = "vision\ndefault\nvision\n";
        Assert.Equal("--account: Slurm has no account 'visoin' for you; valid are vision, default",
            Assert.Throws<InputException>(() => SlurmSite.Parse(Nodes, "", Mine).Check(Options("account=visoin"))).Message);
        SlurmSite.Parse(Nodes, "", Mine).Check(Options("account=Vision"));
        SlurmSite.Parse(Nodes, "", accounts: "").Check(Options("account=visoin"));
    }

    [Theory]
    [InlineData("partition=low cpus=64 mem=200G time=30-0 gres=gpu:a100:4 constraint=fast")]
    [InlineData("gres=gpu:2")]
    [InlineData("gres=gpu")]
    [InlineData("constraint=[fast|slow]*2")]
    [InlineData("partition=main,low")]
    [InlineData("")]
    public void What_some_node_can_give_passes(string asked) => SlurmSite.Parse(Nodes, "MaxArraySize = 11").Check(Options(asked));

    [Fact]
    public void The_largest_number_of_an_element_is_one_less_than_the_clusters_size_of_an_array()
    {
        Assert.Equal(10, SlurmSite.Parse(Nodes, "MaxArraySize            = 11\n").LargestIndex);
        Assert.Equal(1000, SlurmSite.Parse(Nodes, "").LargestIndex);
    }

    [Theory]
    [InlineData("mem=4 G", "--mem")]
    [InlineData("partition=a\n#SBATCH --uid=0", "--partition")]
    [InlineData("constraint=\"x\"", "--constraint")]
    [InlineData("account=", "--account")]
    public void Nothing_ends_a_word_or_a_line_of_a_script(string asked, string option) => Assert.StartsWith(option,
        Assert.Throws<InputException>(() => One(asked).Check()).Message, StringComparison.Ordinal);

    private static SlurmOptions Options(string asked)
    {
        var options = new SlurmOptions();
        foreach (string one in asked.Split(' ', StringSplitOptions.RemoveEmptyEntries)) options = With(options, one);
        return options;
    }

    private static SlurmOptions One(string asked) => With(new SlurmOptions(), asked);

    private static SlurmOptions With(SlurmOptions options, string asked)
    {
        string value = asked[(asked.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return asked.Split('=')[0] switch
        {
            "partition" => options with { Partition = value },
            "account" => options with { Account = value },
            "gres" => options with { Gres = value },
            "cpus" => options with { Cpus = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
            "mem" => options with { Mem = value },
            "time" => options with { Time = value },
            _ => options with { Constraint = value },
        };
    }
}
