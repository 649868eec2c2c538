using Postern.Studies;
using Postern.Training;

namespace Postern.Tests.Studies;

public class CellProfileTests
{
    private static readonly CellProfile Sample = new(Seconds: 20, Images: 600, Preparation: 1, DataWait: 0.5, Forward: 3,
        Backward: 6, Optimizer: 0.5, Evaluation: 4, Checkpoint: 2);

    [Fact]
    public void Parts_add_up_to_the_whole_and_images_are_counted_against_training_alone()
    {
        Assert.Equal(3, Sample.Other, 1e-12);
        Assert.Equal(60, Sample.ImagesPerSecond, 1e-12);
        Assert.Equal(Sample.Seconds, Sample.Parts.Sum(p => p.Seconds), 1e-12);
        Assert.Equal(0, CellProfile.Empty.ImagesPerSecond);
    }

    [Fact]
    public void The_parts_of_an_interrupted_cell_add_up() =>
        Assert.Equal((40, 1200, 6, 60),
            ((Sample + Sample).Seconds, (Sample + Sample).Images, (Sample + Sample).Other, (Sample + Sample).ImagesPerSecond));

    [Fact]
    public void A_clock_gives_time_to_what_took_it_even_where_that_failed()
    {
        var clock = new CellClock();
        Assert.Equal(7, clock.Evaluating(() =>
        {
            Thread.Sleep(30);
            return 7;
        }));
        Assert.Throws<InvalidOperationException>(() => clock.Saving(() =>
        {
            Thread.Sleep(20);
            throw new InvalidOperationException();
        }));
        clock.Trained(new EpochResult(1, 1, 1, 1, 1, 1, 1, new StepTimes(1, 2, 3, 4)) { Samples = 10 });
        CellProfile profile = clock.Profile;
        Assert.True(profile.Evaluation >= 0.025, $"{profile}");
        Assert.True(profile.Checkpoint >= 0.015, $"{profile}");
        Assert.Equal((10, 1d, 2d, 3d, 4d),
            (profile.Images, profile.DataWait, profile.Forward, profile.Backward, profile.Optimizer));
        Assert.True(profile.Seconds >= profile.Evaluation + profile.Checkpoint);
    }
}
