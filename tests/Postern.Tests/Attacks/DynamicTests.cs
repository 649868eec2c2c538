using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Attacks.Triggers;
using Postern.Learning;

namespace Postern.Tests.Attacks;

/// <summary>
/// The input-aware attack with generators that are drawn and not trained; how they are trained is tested beside the other learned
/// attacks.
/// </summary>
public sealed class DynamicTests : IDisposable
{
    private static readonly AcceptanceCheck[] Checks = [new("mean mask value", 0.2, 0.1, AtLeast: false)];
    private readonly DynamicGenerators generators = new([0, 0, 0], [1, 1, 1], seed: 1);

    public DynamicTests() => generators.eval();

    public void Dispose() => generators.Dispose();

    private Dynamic Ready(params (string Option, string Value)[] options) =>
        ((Dynamic)SampleAttacks.Make("dynamic", options)).WithGenerators(generators, Checks, mismatched: null);

    private static float[] Residual(Attack attack, RandomPicture picture) =>
        [.. picture.After(p => attack.ApplyTest(0, p, 32)).Zip(picture.Pixels, (after, before) => after - before)];

    [Fact]
    public void Poisons_get_the_target_label_and_spare_its_class() =>
        SampleAttacks.AssertPoisonsSpareTheTarget(Ready(("poison_rate", "0.1")), poisons: 50);

    [Fact]
    public void Each_picture_carries_a_trigger_of_its_own_that_its_index_does_not_change()
    {
        Attack attack = Ready();
        RandomPicture one = RandomPicture.Draw(32, 1), other = RandomPicture.Draw(32, 2);
        Assert.NotEqual(Residual(attack, one), Residual(attack, other));
        float[] planted = one.After(p => attack.ApplyTest(0, p, 32));
        Assert.Equal(planted, one.After(p => attack.ApplyTest(7, p, 32)));
        Assert.Equal(planted, one.After(p => attack.ApplyTrain(new PlannedSample(3, false, 0), p, 32)));
    }

    [Fact]
    public void Values_stay_between_0_and_1()
    {
        Attack attack = Ready();
        for (int seed = 0; seed < 4; seed++)
            Assert.All(RandomPicture.Draw(32, seed).After(p => attack.ApplyTest(0, p, 32)), v => Assert.InRange(v, 0f, 1f));
    }

    [Fact]
    public void What_was_chosen_is_kept_when_it_is_prepared()
    {
        Attack attack = Ready(("accept", "warn"), ("trigger_stage", "cropped"), ("target", "4"));
        Assert.Equal((true, TriggerStage.Cropped, 4), (attack.WarnsOnly, attack.Stage, attack.TargetClass));
        Assert.Equal(Checks, attack.CheckAcceptance("accept: warn"));
        ArtifactRefusedException refused = Assert.Throws<ArtifactRefusedException>(() => Ready().CheckAcceptance("accept: warn"));
        Assert.Equal(
            "dynamic: mean mask value is 0.2, must be at most 0.1; prepare it longer or on more pictures, or set "
                + "accept: warn to use it "
            + "all the same", refused.Message);
    }

    [Fact]
    public void The_toolbox_s_mismatch_changes_test_pictures_only()
    {
        var bare = (Dynamic)SampleAttacks.Make("dynamic");
        Dynamic consistent = bare.WithGenerators(generators, [], mismatched: null);
        Dynamic toolbox = bare.WithGenerators(generators, [], mismatched: ([0.3f, 0.3f, 0.3f], [0.26f, 0.26f, 0.26f]));
        var picture = RandomPicture.Draw(32, 1);
        float[] trained = picture.After(p => consistent.ApplyTrain(new PlannedSample(1, false, 0), p, 32));
        Assert.Equal(trained, picture.After(p => consistent.ApplyTest(1, p, 32)));
        Assert.Equal(trained, picture.After(p => toolbox.ApplyTrain(new PlannedSample(1, false, 0), p, 32)));
        Assert.NotEqual(trained, picture.After(p => toolbox.ApplyTest(1, p, 32)));
    }
}
