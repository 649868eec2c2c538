using System.Text.Json;

namespace Postern.Tests.Outside;

/// <summary>What the speed of Vim is compared with computes the same as Vim.</summary>
[LongGroup("Outside")]
public class ReferenceScanTests
{
    [Fact]
    public void The_three_scans_of_the_comparison_have_the_same_values_and_gradients()
    {
        JsonElement differences =
            PythonScript.Run("torch", Path.Combine("..", "..", "bench", "pytorch", "reference.py"), "check");
        Assert.Equal(["official", "associative"], differences.EnumerateObject().Select(d => d.Name));
        Assert.All(differences.EnumerateObject(), d => Assert.InRange(d.Value.GetDouble(), 0, 1e-10));
    }
}
