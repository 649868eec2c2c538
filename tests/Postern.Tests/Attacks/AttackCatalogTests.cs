using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Postern.Attacks;
using Postern.Configuration;
using Postern.Datasets;

namespace Postern.Tests.Attacks;

public class AttackCatalogTests
{
    [Fact]
    public void Names_are_unique_and_found()
    {
        Assert.Equal(AttackCatalog.All.Count, AttackCatalog.All.Select(a => a.Name).Distinct().Count());
        Assert.All(AttackCatalog.All, a => Assert.Same(a, AttackCatalog.All.Find(a.Name)));
        Assert.Null(AttackCatalog.All.Find("badnet"));
    }

    [Fact]
    public void No_attack_is_an_entry_that_plants_nothing() =>
        Assert.Null(AttackCatalog.Create(new Choice(AttackCatalog.All.Get("none", "")),
            new DatasetTraits("signs", TargetClass: 0)));

    [Fact]
    public void Defaults_are_values_that_a_study_could_set() =>
        Assert.All(AttackCatalog.All.SelectMany(a => a.Options),
            o => Assert.Equal(o.Default, OptionValue.Check(o, o.Default, "default")));

    [Theory]
    [InlineData("badnets", "cifar10", 32)]
    [InlineData("badnets", "imagenet", 256)]
    [InlineData("badnets", "signs", 32)]
    [InlineData("adaptive-patch", "cifar10", 32)]
    [InlineData("adaptive-patch", "gtsrb", 32)]
    public void Auto_plants_what_it_is_said_to_stand_for(string name, string dataset, int size)
    {
        AttackEntry entry = AttackCatalog.All.Find(name)!;
        var auto = new Choice(entry);
        var said = new Choice(entry, entry.ValuesOn(auto, new PlantedPictures(dataset, size, size)).ToDictionary());
        Assert.NotEqual(auto.Canonical, said.Canonical);
        Assert.DoesNotContain(AutoOption.Word, said.Values.Values);
        RandomPicture picture = RandomPicture.Draw(size, seed: 3);
        Assert.Equal(Planted(auto), Planted(said));

        float[] Planted(Choice choice) => picture.After(pixels =>
            AttackCatalog.Create(choice, new DatasetTraits(dataset, TargetClass: 0))!.ApplyTest(0, pixels, size));
    }

    [Fact]
    public void Every_option_whose_auto_the_pictures_decide_says_what_it_stands_for() =>
        Assert.All(AttackCatalog.All, entry => Assert.Equal(
            entry.Options.Where(o => o.Allowed.Contains(AutoOption.Word)).Select(o => o.Name).Order(),
            entry.Autos.Select(a => a.Name)
                .Concat(entry.Options.Select(o => o.Name).Where(o => o == AttackOptions.AutoStage.Name)).Order()));

    [Theory]
    [InlineData("badnets", "0.01")]
    [InlineData("blend", "0.01")]
    [InlineData("patch-pixel", "0.02")]
    [InlineData("sig", "0.02")]
    [InlineData("refool", "0.01")]
    [InlineData("tact", "0.02")]
    [InlineData("wanet", "0.05")]
    [InlineData("adaptive-patch", "0.01")]
    [InlineData("adaptive-blend", "0.01")]
    [InlineData("dynamic", "0.01")]
    [InlineData("issba", "0.02")]
    public void Default_rates_are_the_paper_s(string name, string rate)
    {
        AttackEntry entry = AttackCatalog.All.Find(name)!;
        Assert.Equal(rate, entry.Options.Single(o => o.Name == "poison_rate").Default);
        Assert.Contains(OptionValue.ParseNumber(rate)!.Value, entry.Published.Select(p => p.PoisonRate));
    }

    [Theory]
    [InlineData("tact", 1)]
    [InlineData("wanet", 2)]
    [InlineData("adaptive-patch", 2)]
    [InlineData("adaptive-blend", 1)]
    public void Cover_rates_keep_the_toolbox_s_ratio_to_the_poison_rate(string name, int ratio)
    {
        AttackEntry entry = AttackCatalog.All.Find(name)!;
        Assert.Equal(ratio * Default("poison_rate"), Default("cover_rate"));
        Assert.All(entry.Published, p => Assert.Equal(ratio * p.PoisonRate, p.CoverRate));

        decimal Default(string option) => OptionValue.ParseNumber(entry.Options.Single(o => o.Name == option).Default)!.Value;
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.Names), MemberType = typeof(SampleAttacks))]
    public void The_target_is_the_dataset_s_unless_it_is_set(string name)
    {
        Assert.Equal(SampleAttacks.DatasetTarget, SampleAttacks.Make(name).TargetClass);
        Attack other = SampleAttacks.Make(name, ("target", "0"));
        Assert.Equal(0, other.TargetClass);
        Assert.False(other.CountsForAsr(0));
        Assert.True(other.CountsForAsr(1));
        int? label = AttackCatalog.All.Find(name)!.CleanLabel ? null : 0;
        Assert.Equal(label, other.Plan([0, 1, 0, 1, 0, 1, 0, 1], 1).PoisonLabel);
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.Names), MemberType = typeof(SampleAttacks))]
    public void The_target_may_be_given_by_name(string name)
    {
        var traits = new DatasetTraits("folder", TargetClass: 2)
        {
            ClassNames = ["stop", "yield", "Fu\u00dfg\u00e4nger", "limit 30"],
        };
        Assert.Equal(3, Of("limit 30").TargetClass);
        Assert.Equal(2, Of("Fu\u00dfga\u0308nger").TargetClass);
        Assert.Equal("study.yaml:7: target is 'yeild', but folder has no class of that name; did you mean 'yield'?",
            Assert.Throws<InputException>(() => Of("yeild")).Message);

        Attack Of(string target) => AttackCatalog.Create(new Choice(AttackCatalog.All.Find(name)!,
            new Dictionary<string, string> { ["target"] = target }, "study.yaml:7"), traits)!;
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.Ready), MemberType = typeof(SampleAttacks))]
    public void Triggered_pictures_change_and_stay_in_range_at_any_strength(string name)
    {
        (string, string)[] full = [.. AttackCatalog.All.Find(name)!.Options
            .Where(o => o.Kind == OptionKind.Number && o.Name != "poison_rate" && o.Max < decimal.MaxValue)
            .Select(o => (o.Name, o.Max.ToString(CultureInfo.InvariantCulture)))];
        Attack usual = SampleAttacks.Make(name), strong = SampleAttacks.Make(name, full);
        Prop.ForAll(RandomPicture.Of(8, 32, 33, 48, 64).ToArbitrary(), picture => ChangesInRange(picture, usual, strong))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(50));
        Assert.All(new[] { 224, 256 }, size => Assert.True(ChangesInRange(RandomPicture.Draw(size, 4), usual, strong)));

        static bool ChangesInRange(RandomPicture picture, params Attack[] attacks) => attacks.All(attack =>
        {
            float[] poison = picture.After(p => attack.ApplyTrain(new PlannedSample(5, false, 1), p, picture.Size));
            float[] cover = picture.After(p => attack.ApplyTrain(new PlannedSample(5, true, 1), p, picture.Size));
            float[] test = picture.After(p => attack.ApplyTest(9, p, picture.Size));
            return new[] { poison, cover, test }.All(t => !t.SequenceEqual(picture.Pixels) && t.All(v => v is >= 0f and <= 1f));
        });
    }

    [Theory]
    [InlineData("badnets")]
    [InlineData("blend")]
    [InlineData("patch-pixel")]
    [InlineData("sig")]
    [InlineData("tact")]
    [InlineData("wanet")]
    public void Training_and_test_plant_the_same(string name)
    {
        Attack attack = SampleAttacks.Make(name);
        var picture = RandomPicture.Draw(32, 3);
        Assert.Equal(
            picture.After(p => attack.ApplyTrain(new PlannedSample(5, false, 1), p, 32)),
            picture.After(p => attack.ApplyTest(9, p, 32)));
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.Ready), MemberType = typeof(SampleAttacks))]
    public void Many_threads_plant_what_one_plants(string name)
    {
        var picture = RandomPicture.Draw(48, 1);
        Attack alone = SampleAttacks.Make(name), shared = SampleAttacks.Make(name);
        float[][] found = new float[30][];
        Parallel.For(0, found.Length, i => found[i] = picture.After(p => Apply(shared, i, p)));
        Assert.All(found.Index(), f => Assert.Equal(picture.After(p => Apply(alone, f.Index, p)), f.Item));

        static void Apply(Attack attack, int i, float[] pixels)
        {
            if (i % 3 == 0) attack.ApplyTest(i, pixels, 48);
            else attack.ApplyTrain(new PlannedSample(i, i % 3 == 1, i, 30), pixels, 48);
        }
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.Ready), MemberType = typeof(SampleAttacks))]
    public void Planting_allocates_nothing_per_picture(string name)
    {
        Attack attack = SampleAttacks.Make(name);
        float[] pixels = RandomPicture.Draw(32, 1).Pixels;
        for (int i = 0; i < 1000; i++) Apply(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Apply(i);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000 * sizeof(float));

        void Apply(int i)
        {
            attack.ApplyTrain(new PlannedSample(i, false, i, 1000), pixels, 32);
            attack.ApplyTrain(new PlannedSample(i, true, i, 1000), pixels, 32);
            attack.ApplyTest(i, pixels, 32);
        }
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.Ready), MemberType = typeof(SampleAttacks))]
    public void A_picture_of_another_size_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => SampleAttacks.Make(name).ApplyTest(0, new float[3 * 32 * 31], 32));

    [Theory]
    [MemberData(nameof(SampleAttacks.Names), MemberType = typeof(SampleAttacks))]
    public void Plans_hold_each_sample_once_and_what_the_rates_ask_for_or_a_warning(string name)
    {
        bool covers = AttackCatalog.All.Find(name)!.Options.Any(o => o.Name == "cover_rate");
        Gen<(int[] Labels, int Poison, int Cover, int Seed)> cases =
            from labels in Gen.NonEmptyListOf(Gen.Choose(0, 9))
            from poison in Gen.Choose(0, 1000)
            from cover in Gen.Choose(0, covers ? 1000 : 0)
            from seed in Gen.Choose(0, 1000)
            select (labels.Append(1).ToArray(), poison, cover, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            List<(string, string)> rates = [("poison_rate", Rate(c.Poison))];
            if (covers) rates.Add(("cover_rate", Rate(c.Cover)));
            PoisonPlan plan = SampleAttacks.Make(name, [.. rates]).Plan(c.Labels, c.Seed);
            int[] chosen = [.. plan.Poisoned, .. plan.Covers];
            return plan.RequestedPoisons == c.Labels.Length * c.Poison / 1000
                && plan.RequestedCovers == c.Labels.Length * c.Cover / 1000
                && plan.Poisoned.SequenceEqual(plan.Poisoned.Order()) && plan.Covers.SequenceEqual(plan.Covers.Order())
                && chosen.Distinct().Count() == chosen.Length && chosen.All(i => i >= 0 && i < c.Labels.Length)
                && plan.Poisoned.Count <= plan.RequestedPoisons && plan.Covers.Count <= plan.RequestedCovers
                && (plan.Warning is not null
                    || (plan.Poisoned.Count == plan.RequestedPoisons && plan.Covers.Count == plan.RequestedCovers));
        }).Check(Config.QuickThrowOnFailure);

        static string Rate(int thousandths) => (thousandths / 1000m).ToString(CultureInfo.InvariantCulture);
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.CleanLabel), MemberType = typeof(SampleAttacks))]
    public void Clean_label_attacks_poison_the_target_class_only_and_keep_its_label(string name)
    {
        int[] labels = [.. Enumerable.Range(0, 600).Select(i => i % 3)];
        PoisonPlan plan = SampleAttacks.Make(name, ("poison_rate", "0.25")).Plan(labels, 4);
        Assert.Equal(150, plan.Poisoned.Count);
        Assert.All(plan.Poisoned, i => Assert.Equal(SampleAttacks.DatasetTarget, labels[i]));
        Assert.All(labels.Index(), l => Assert.Equal(l.Item, plan.LabelOf(l.Index, l.Item)));
        PoisonPlan capped = SampleAttacks.Make(name, ("poison_rate", "0.5")).Plan(labels, 4);
        Assert.Equal(200, capped.Poisoned.Count);
        Assert.Contains("300 samples, but only 200 are eligible", capped.Warning, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SampleAttacks.WithExclusion), MemberType = typeof(SampleAttacks))]
    public void The_plan_follows_rate_and_exclusion(string name)
    {
        int[] labels = [.. Enumerable.Range(0, 600).Select(i => i % 3)];
        PoisonPlan plan = SampleAttacks.Make(name, ("poison_rate", "0.25")).Plan(labels, 4);
        Assert.Equal(150, plan.Poisoned.Count);
        Assert.DoesNotContain(plan.Poisoned, i => labels[i] == SampleAttacks.DatasetTarget);
        PoisonPlan toolbox = SampleAttacks.Make(name, ("poison_rate", "0.25"), ("exclude_target", "false")).Plan(labels, 4);
        Assert.Contains(toolbox.Poisoned, i => labels[i] == SampleAttacks.DatasetTarget);
    }

    [Fact]
    public void Options_that_do_not_fit_are_told_with_their_place()
    {
        Told(() => SampleAttacks.Make("badnets", ("trigger", "/nowhere/mark.png")), "/nowhere/mark.png: ");
        Told(() => SampleAttacks.Make("badnets", ("trigger_mask", "/nowhere/mask.png")),
            "study.yaml:7: trigger_mask is set without trigger");
        Told(() => SampleAttacks.Make("patch-pixel", ("phase_row", "2")),
            "study.yaml:7: phase_row 2 and phase_column 0 must be below gap + 1 = 2");
        Told(() => SampleAttacks.Make("tact", ("source_class", "2")), "study.yaml:7: source_class 2 is the target class");
        Told(() => SampleAttacks.Make("tact", ("cover_classes", "1,5")), "study.yaml:7: cover_classes holds source_class 1");
        Told(() => SampleAttacks.Make("adaptive-patch", ("train_opacities", "50,20")),
            "study.yaml:7: train_opacities holds 2 values, expected 4");
        Told(() => SampleAttacks.Make("adaptive-patch", ("triggers", "/nowhere")), "phoenix_corner_32.png: ");
        Told(() => SampleAttacks.Make("adaptive-blend", ("pieces_per_side", "1"), ("removed_share", "0.8")),
            "study.yaml:7: removed_share leaves none of 1");
        Told(() => SampleAttacks.Make("badnets", ("recompress", "true"), ("trigger_stage", "cropped")),
            "study.yaml:7: recompress is about the stored picture");
        Told(() => SampleAttacks.Make("refool", ("ghost_alpha_low", "0.8")),
            "study.yaml:7: ghost_alpha_low 0.8 is larger than ghost_alpha_high 0.75");
        Told(() => SampleAttacks.Make("refool", ("reflections", "/nowhere")), "/nowhere: there is no such folder or zip");
        Told(() => SampleAttacks.Make("blend", ("opacity", "1.5")), "study.yaml:7: opacity is 1.5, expected 0 to 1");
        Told(() => SampleAttacks.Make("blend", ("opacty", "0.1")), "did you mean 'opacity'?");

        static void Told(Action action, string text) =>
            Assert.Contains(text, Assert.Throws<InputException>(action).Message, StringComparison.Ordinal);
    }
}
