namespace Postern.Studies.Slurm;

/// <summary>Why a job waits, in words.</summary>
internal static class PendingReason
{
    private static readonly (string Start, string Text)[] Known =
    [
        ("Resources", "no node is free"),
        ("Priority", "other jobs go first"),
        ("Dependency", "what it needs is not done"),
        ("BeginTime", "it starts again in a moment"),
        ("JobArrayTaskLimit", "--max-parallel tasks are running"),
        ("None", "Slurm has not looked at it yet"),
        ("PartitionConfig", "no node of the partition is large enough: ask for less, or cancel and choose another"),
        ("BadConstraints", "no node has what is asked for: cancel, and ask for something else"),
        ("DependencyNeverSatisfied", "what it needs was cancelled: cancel it, and run the study again"),
        ("JobHeldUser", "it is held: 'scontrol release' lets it run"),
        ("JobHeldAdmin", "an administrator holds it"),
        ("launch failed requeued held", "it could not be started, and is held: 'scontrol release' lets it run"),
        ("ReqNodeNotAvail", "its nodes are down or reserved"),
        ("PartitionDown", "the partition is down"),
        ("PartitionInactive", "the partition is inactive"),
        ("PartitionTimeLimit", "it asks for more time than the partition gives: cancel, and ask for less with --time"),
        ("PartitionNodeLimit", "the partition is too small"),
        ("Licenses", "a licence is not free"),
        ("Reservation", "its reservation has not begun"),
        ("InvalidAccount", "the account is not valid: cancel, and name another with --account"),
        ("InvalidQOS", "the quality of service is not valid"),
        ("Assoc", "the limit of your account is reached"),
        ("QOS", "the limit of your quality of service is reached"),
    ];

    /// <summary>The sentence for Slurm's word, with the word.</summary>
    public static string Text(string reason)
    {
        string word = reason.Trim('(', ')').Split(',')[0];
        string? text = Known.FirstOrDefault(k => word == k.Start).Text
            ?? Known.FirstOrDefault(k => word.StartsWith(k.Start, StringComparison.Ordinal)).Text;
        return text is null ? word : $"{text} ({word})";
    }
}
