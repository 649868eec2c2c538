namespace Postern.Studies.Slurm;

/// <summary>What Slurm does with a job.</summary>
public enum JobPhase
{
    /// <summary>It is to run, perhaps again.</summary>
    Waiting,
    /// <summary>It runs, or is about to end; what becomes of it is open.</summary>
    Running,
    /// <summary>It ran, or never will.</summary>
    Ended,
}

/// <summary>A job or an element of an array, as Slurm tells of it.</summary>
/// <param name="State">Slurm's word.</param>
/// <param name="Reason">Slurm's word for why.</param>
/// <param name="Node">Where it runs or ran; empty where nowhere.</param>
public sealed record SlurmElement(string State, string Reason, string Node)
{
    private static readonly string[] Final =
    [
        "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "DEADLINE",
        "BOOT_FAIL", "REVOKED",
    ];

    private static readonly string[] Before =
        ["PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "SUSPENDED", "RESV_DEL_HOLD"];

    /// <summary>What a state means; one that is not known is not final.</summary>
    public JobPhase Phase => Final.Contains(State) ? JobPhase.Ended : Before.Contains(State)
        ? JobPhase.Waiting : JobPhase.Running;

    /// <summary>Whether somebody ended it.</summary>
    public bool IsCancelled => State == "CANCELLED";

    /// <summary>How it ended, for a message.</summary>
    public string Ending => State switch
    {
        "COMPLETED" => "ended",
        "CANCELLED" => "was cancelled",
        "TIMEOUT" => "ran into its time limit without a checkpoint",
        "NODE_FAIL" => $"lost its node {Node}",
        "OUT_OF_MEMORY" => "ran out of memory; ask for more with --mem",
        "FAILED" when Reason == "NonZeroExitCode" => "failed",
        "FAILED" => $"was killed or could not be started ({Reason})",
        _ => $"ended as {State}",
    };
}
