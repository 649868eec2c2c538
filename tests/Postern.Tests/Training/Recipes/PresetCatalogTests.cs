using Postern.Configuration;
using Postern.Datasets;
using Postern.Models;
using Postern.Training.Recipes;

namespace Postern.Tests.Training.Recipes;

public class PresetCatalogTests
{
    private static Choice Training(string preset, string dataset, string model, params (string Key, string Value)[] overrides)
    {
        ICatalogEntry datasetEntry = DatasetCatalog.All.Single(d => d.Name == dataset);
        ICatalogEntry modelEntry = ModelCatalog.All.Single(m => m.Name == model);
        ICatalogEntry resolved = PresetCatalog.All.Single(p => p.Name == preset)
            .For(new Choice(datasetEntry), new Choice(modelEntry));
        return new Choice(resolved, overrides.ToDictionary(o => o.Key, o => o.Value));
    }

    private static TrainingSettings Settings(string preset, string dataset, string model) =>
        TrainingOptions.Settings(Training(preset, dataset, model));

    [Fact]
    public void Every_preset_gives_valid_settings_for_every_model_and_dataset()
    {
        foreach (IPreset preset in PresetCatalog.All)
        {
            foreach (IDatasetEntry dataset in DatasetCatalog.All)
            {
                foreach (ModelEntry model in ModelCatalog.All)
                {
                    TrainingSettings settings = Settings(preset.Name, dataset.Name, model.Name);
                    Assert.True(settings.Epochs > 0 && settings.LearningRate > 0, preset.Name);
                }
            }
        }
    }

    [Theory]
    [InlineData("vim-tiny", 3)]
    [InlineData("deit-tiny", 3)]
    [InlineData("mambaout-femto", 10)]
    public void Paper_literal_is_the_official_program_with_the_papers_numbers(string model, int epochs)
    {
        TrainingSettings settings = Settings("paper-literal", "imagenet", model);
        Assert.Equal(epochs, settings.Epochs);
        Assert.Equal(1.25e-6, settings.LearningRate, 1e-15);
        Assert.Equal([1e-5, 1e-5, 8.25e-6], Enumerable.Range(0, 3).Select(e => Math.Round(settings.Schedule.At(e), 12)));
        Assert.Equal((0.8, 1.0, 0.1, 9.0, 0.25, 0.99996), (settings.MixupAlpha, settings.CutmixAlpha, settings.LabelSmoothing,
            settings.RandAugmentMagnitude, settings.RandomErasing, settings.EmaDecay));
        Assert.Equal(1e-8, settings.WeightDecay);
        Assert.Contains(TrainingNotes.Of(settings, 1_281_167), n => n.Contains("one epoch late", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("paper-finetune", "vim-tiny-stride8")]
    [InlineData("paper-finetune-vim", "vim-small")]
    [InlineData("paper-finetune-vim", "deit-tiny")]
    [InlineData("paper-finetune-vim", "resnet18")]
    public void Vims_fine_tuning_runs_down_from_1e_5_without_scaling_and_without_what_the_paper_does_not_name(
        string preset, string model)
    {
        TrainingSettings settings = Settings(preset, "imagenet", model);
        Assert.Equal((3, 1e-8, false), (settings.Epochs, settings.WeightDecay, settings.UseSgd));
        Assert.Equal([1e-5, 9e-6, 8e-6], Enumerable.Range(0, 3).Select(e => Math.Round(settings.Schedule.At(e), 12)));
        Assert.Equal((0.8, 0.0, 0.0, 0.0, 0.0, 0.0), (settings.MixupAlpha, settings.CutmixAlpha, settings.LabelSmoothing,
            settings.RandAugmentMagnitude, settings.RandomErasing, settings.EmaDecay));
    }

    [Fact]
    public void On_ImageNet_DeiT_is_fine_tuned_by_its_own_program_told_to_run_for_three_epochs()
    {
        TrainingSettings settings = Settings("paper-finetune", "imagenet", "deit-tiny");
        // 5e-4 * 128 / 512 after five epochs of warm-up from 1e-6, one epoch late.
        Assert.Equal((3, 1.25e-4, 0.05, 128), (settings.Epochs, settings.LearningRate, settings.WeightDecay, settings.BatchSize));
        Assert.Equal([1e-6, 1e-6, 2.58e-5], Enumerable.Range(0, 3).Select(e => Math.Round(settings.Schedule.At(e), 12)));
        Assert.Equal((0.8, 1.0, 0.1, 9.0, 0.25, 0.99996), (settings.MixupAlpha, settings.CutmixAlpha, settings.LabelSmoothing,
            settings.RandAugmentMagnitude, settings.RandomErasing, settings.EmaDecay));
    }

    [Fact]
    public void On_ImageNet_MambaOut_is_fine_tuned_by_its_own_program_told_to_run_for_ten_epochs()
    {
        TrainingSettings settings = Settings("paper-finetune", "imagenet", "mambaout-femto");
        Assert.Equal((10, 4e-3, 0.05, 4096), (settings.Epochs, settings.LearningRate, settings.WeightDecay,
            settings.BatchSize * settings.Accumulate));
        // Twenty epochs of warm-up from 1e-6: the rate still rises when the run ends.
        Assert.Equal(1e-6 + 9 * (4e-3 - 1e-6) / 20, settings.Schedule.At(9.5), 1e-12);
        Assert.Equal(("official", "random", 0.0), (settings.Augmentation, settings.CropInterpolation, settings.EmaDecay));
        Assert.Contains(TrainingNotes.Of(settings, 1_281_167), n => n.Contains("never reached", StringComparison.Ordinal));
    }

    [Fact]
    public void On_ImageNet_ResNet18_is_fine_tuned_by_the_toolboxs_program_whose_rate_falls_after_each_third()
    {
        TrainingSettings settings = Settings("paper-finetune", "imagenet", "resnet18"), whole =
            Settings("toolbox", "imagenet", "resnet18");
        Assert.Equal((3, true, 0.9, 1e-4, true, 256), (settings.Epochs, settings.UseSgd, settings.Momentum, settings.WeightDecay,
            settings.DecayAll, settings.BatchSize));
        for (int epoch = 0; epoch < 90; epoch += 10)
            Assert.Equal(whole.Schedule.At(epoch), settings.Schedule.At(epoch / 30), 1e-12);
        Assert.Equal([0.1, 0.01, 0.001], Enumerable.Range(0, 3).Select(e => Math.Round(settings.Schedule.At(e), 12)));
    }

    [Theory]
    [InlineData("vim-cifar", 1.25e-4, 0.1, 300)]
    [InlineData("vim-small", 2.5e-4, 0.05, 300)]
    [InlineData("deit-cifar", 1.25e-4, 0.05, 300)]
    [InlineData("mambaout-tiny", 4e-3, 0.05, 310)]
    [InlineData("resnet18", 0.1, 1e-4, 100)]
    public void From_scratch_the_paper_trains_by_each_familys_own_script(string model, double rate, double decay, int epochs)
    {
        foreach (string preset in new[] { "scratch-official", "paper-scratch" })
        {
            TrainingSettings settings = Settings(preset, "cifar10", model);
            Assert.Equal(rate, settings.LearningRate, 1e-12);
            Assert.Equal((decay, epochs), (settings.WeightDecay, settings.Epochs));
            Assert.Equal(Training("scratch-official", "gtsrb", model).Values, Training(preset, "gtsrb", model).Values);
        }
    }

    [Fact]
    public void The_light_reading_takes_the_toolbox_for_ResNet18_and_scratch_32_for_all_others()
    {
        Assert.Equal(Training("toolbox", "gtsrb", "resnet18").Values,
            Training("paper-scratch-light", "gtsrb", "resnet18").Values);
        foreach (string model in new[] { "deit-cifar", "vim-cifar", "mambaout-femto" })
            Assert.Equal(Training("scratch-32", "gtsrb", model).Values, Training("paper-scratch-light", "gtsrb", model).Values);
    }

    [Fact]
    public void At_32_pixels_MambaOuts_program_crops_and_resizes_where_DeiTs_and_Vims_pad_and_crop()
    {
        foreach (string dataset in new[] { "cifar10", "gtsrb" })
        {
            TrainingSettings mambaOut = Settings("scratch-official", dataset, "mambaout-femto");
            Assert.Equal(("resized-crop", "random"), (mambaOut.Augmentation, mambaOut.CropInterpolation));
            Assert.Equal((9.0, 0.25), (mambaOut.RandAugmentMagnitude, mambaOut.RandomErasing));
            Assert.Equal("official", Settings("scratch-official", dataset, "vim-cifar").Augmentation);
            Assert.Equal("official", Settings("scratch-official", dataset, "deit-cifar").Augmentation);
        }
    }

    [Fact]
    public void Repeated_augmentation_is_an_option_of_paper_literal_and_off_unless_asked_for()
    {
        Assert.Equal(1, Settings("paper-literal", "imagenet", "vim-tiny").Repeats);
        Choice asked = Training("paper-literal", "imagenet", "vim-tiny", ("repeated_augmentation", "3"));
        Assert.Equal(3, TrainingOptions.Settings(asked).Repeats);
        Assert.Contains(TrainingNotes.Of(TrainingOptions.Settings(asked), 1_281_167),
            n => n.Contains("an epoch shows one picture in 3,", StringComparison.Ordinal));
    }

    [Fact]
    public void MambaOuts_script_updates_once_in_4096_pictures_and_cools_down()
    {
        TrainingSettings settings = Settings("scratch-official", "imagenet", "mambaout-femto");
        Assert.Equal(4096, settings.BatchSize * settings.Accumulate);
        Assert.Equal(1e-5, settings.Schedule.At(300), 1e-12);
        Assert.Equal(1e-5, settings.Schedule.At(309), 1e-12);
        Assert.Equal(1e-6 + (4e-3 - 1e-6) / 20, settings.Schedule.At(1.5), 1e-12);
        Assert.Equal("random", settings.CropInterpolation);
    }

    [Fact]
    public void Scratch_32_scales_its_rate_with_the_batch() =>
        Assert.Equal(0.001,
            TrainingOptions.Settings(Training("scratch-32", "cifar10", "vim-cifar", ("batch_size", "512"))).LearningRate, 1e-12);

    [Fact]
    public void A_preset_cannot_name_an_option_that_does_not_exist() =>
        Assert.Contains("mixups", Assert.Throws<ArgumentException>(() => TrainingOptions.With(("mixups", "1"))).Message,
            StringComparison.Ordinal);
}
