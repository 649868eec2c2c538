namespace Postern.Tests.Files;

/// <summary>A clock that is ahead, so that files which a test has just written are old.</summary>
internal sealed class LaterClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromMinutes(1);
}
