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

    [Fact]
    public void Paper_finetune_runs_down_from_1e_5_without_scaling_and_without_what_the_paper_does_not_name()
    {
        TrainingSettings settings = Settings("paper-finetune", "imagenet", "vim-tiny");
        Assert.Equal([1e-5, 9e-6, 8e-6], Enumerable.Range(0, 3).Select(e => Math.Round(settings.Schedule.At(e), 12)));
        Assert.Equal((0.8, 0.0, 0.0, 0.0, 0.0, 0.0), (settings.MixupAlpha, settings.CutmixAlpha, settings.LabelSmoothing,
            settings.RandAugmentMagnitude, settings.RandomErasing, settings.EmaDecay));
    }

    [Theory]
    [InlineData("vim-cifar", 1.25e-4, 0.1, 300)]
    [InlineData("vim-small", 2.5e-4, 0.05, 300)]
    [InlineData("deit-cifar", 1.25e-4, 0.05, 300)]
    [InlineData("mambaout-tiny", 4e-3, 0.05, 310)]
    [InlineData("resnet18", 0.1, 1e-4, 100)]
    public void Scratch_official_is_each_familys_own_script(string model, double rate, double decay, int epochs)
    {
        TrainingSettings settings = Settings("scratch-official", "cifar10", model);
        Assert.Equal(rate, settings.LearningRate, 1e-12);
        Assert.Equal((decay, epochs), (settings.WeightDecay, settings.Epochs));
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
