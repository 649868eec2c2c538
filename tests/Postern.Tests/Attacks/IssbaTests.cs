using Postern.Attacks;
using Postern.Attacks.Learned;
using Postern.Attacks.Triggers;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Tests.Attacks;

/// <summary>
/// ISSBA with an encoder that is drawn and not trained; how it is trained is tested beside the other learned attacks.
/// </summary>
public sealed class IssbaTests : IDisposable
{
    private readonly IssbaNetworks networks = new(32, 20, seed: 1);

    public void Dispose() => networks.Dispose();

    private Issba Ready(params (string Option, string Value)[] options) =>
        ((Issba)SampleAttacks.Make("issba", options)).WithEncoder(networks, []);

    [Fact]
    public void Poisons_get_the_target_label_and_spare_its_class() =>
        SampleAttacks.AssertPoisonsSpareTheTarget(Ready(("poison_rate", "0.1")), poisons: 50);

    [Fact]
    public void A_picture_carries_the_encoder_s_clipped_sum_in_training_and_at_test_time()
    {
        Issba attack = Ready();
        RandomPicture picture = RandomPicture.Draw(32, 1);
        float[] planted = picture.After(p => attack.ApplyTest(5, p, 32));
        Assert.Equal(planted, picture.After(p => attack.ApplyTrain(new PlannedSample(9, false, 0), p, 32)));
        Assert.NotEqual(picture.Pixels, planted);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor x = tensor(picture.Pixels, [1, 3, 32, 32]);
        Tensor secret = tensor(attack.Secret.ToArray(), [1, 20]);
        float[] sum = [.. (x + networks.Encoder.forward(secret, x)).data<float>()];
        for (int i = 0; i < sum.Length; i++) Assert.Equal(Math.Clamp(sum[i], 0f, 1f), planted[i], 1e-6f);
    }

    [Fact]
    public void What_was_chosen_is_kept_when_it_is_prepared()
    {
        Attack attack = Ready(("accept", "warn"), ("trigger_stage", "cropped"), ("target", "4"));
        Assert.Equal((true, TriggerStage.Cropped, 4), (attack.WarnsOnly, attack.Stage, attack.TargetClass));
    }

    [Fact]
    public void A_secret_is_drawn_from_its_own_seed_and_hidden_in_the_picture()
    {
        var usual = (Issba)SampleAttacks.Make("issba");
        Assert.Equal(usual.Secret, ((Issba)SampleAttacks.Make("issba", ("poison_rate", "0.1"))).Secret);
        var other = (Issba)SampleAttacks.Make("issba", ("secret_seed", "1"));
        Assert.NotEqual(usual.Secret, other.Secret);
        Assert.All(usual.Secret, bit => Assert.True(bit is 0 or 1));
        var picture = RandomPicture.Draw(32, 1);
        Assert.NotEqual(
            picture.After(p => usual.WithEncoder(networks, []).ApplyTest(0, p, 32)),
            picture.After(p => other.WithEncoder(networks, []).ApplyTest(0, p, 32)));
    }
}
