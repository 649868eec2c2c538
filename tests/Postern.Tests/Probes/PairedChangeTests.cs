using Postern.Probes;

namespace Postern.Tests.Probes;

public class PairedChangeTests
{
    [Fact]
    public void The_interval_is_Bonett_s_and_Price_s()
    {
        // 100 pictures, 12 lost, 3 gained: (4 - 13) / 102 ± 1.96 sqrt((17 / 102 - (9 / 102)^2) / 102).
        var change = new PairedChange(Lost: 12, Gained: 3, Total: 100);
        Assert.Equal(-0.09, change.Value, 12);
        Assert.Equal(-0.165590, change.Low, 5);
        Assert.Equal(-0.010881, change.High, 5);
    }

    [Fact]
    public void No_change_in_few_pictures_is_no_certainty()
    {
        var none = PairedChange.Of([true, false, true], [true, false, true]);
        Assert.Equal((0, 0, 3), (none.Lost, none.Gained, none.Total));
        Assert.True(none is { Value: 0, Low: < -0.3, High: > 0.3 });
        Assert.True(double.IsNaN(PairedChange.Of([], []).Low));
    }

    [Fact]
    public void Outcomes_are_paired_picture_by_picture() => Assert.Equal(new PairedChange(Lost: 1, Gained: 2, Total: 4),
        PairedChange.Of([true, false, false, true], [false, true, true, true]));
}
