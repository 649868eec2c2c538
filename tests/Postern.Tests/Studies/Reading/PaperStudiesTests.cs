using Postern.Attacks;
using Postern.Cli.Commands;
using Postern.Configuration;
using Postern.Studies;
using Postern.Training.Recipes;

namespace Postern.Tests.Studies;

/// <summary>The studies of the paper have exactly its cells, with its rates; no data are needed to say so.</summary>
public class PaperStudiesTests
{
    private static string Folder => Path.Combine(SharedMaterial.RepositoryRoot, "studies");

    private static Study Read(string file) => StudyArguments.ReadFile(Path.Combine(Folder, file), [], planOnly: true);

    [Theory]
    [InlineData("paper/table1.yaml", 2, 3, 1, 18)]
    [InlineData("paper/table2.yaml", 1, 3, 3, 27)]
    [InlineData("paper/table2-protocols.yaml", 1, 3, 8, 72)]
    [InlineData("paper/table3-cifar10.yaml", 4, 12, 1, 144)]
    [InlineData("paper/table3-gtsrb.yaml", 4, 11, 1, 132)]
    [InlineData("paper/table3-imagenet.yaml", 4, 4, 1, 48)]
    [InlineData("paper/table4.yaml", 2, 4, 1, 24)]
    [InlineData("paper/figure5a.yaml", 1, 15, 1, 45)]
    [InlineData("paper/figure5b.yaml", 2, 6, 1, 36)]
    [InlineData("paper/figures7-9.yaml", 1, 4, 1, 12)]
    public void A_study_of_the_paper_has_its_cells(string file, int models, int attacks, int defences, int cells)
    {
        Study study = Read(file);
        Assert.Equal((models, attacks, defences, 3, cells),
            (study.Cells.DistinctBy(c => c.ModelLabel).Count(), study.Cells.DistinctBy(c => c.AttackLabel).Count(),
            study.Cells.DistinctBy(c => c.DefenceLabel).Count(), study.Cells.DistinctBy(c => c.Seed).Count(), study.Cells.Count));
        Assert.Equal(cells, study.Cells.DistinctBy(c => c.Id).Count());
    }

    [Theory]
    [InlineData("paper/table3-cifar10.yaml", "cifar10")]
    [InlineData("paper/table3-gtsrb.yaml", "gtsrb")]
    [InlineData("paper/table3-imagenet.yaml", "imagenet")]
    public void Rates_are_those_of_table_6(string file, string dataset)
    {
        foreach (Cell cell in Read(file).Cells.DistinctBy(c => c.AttackLabel).Where(c => c.Attack.Name is not ("none" or "clb")))
        {
            PublishedBudget budget = cell.Attack.EntryAs<AttackEntry>().Published.Single(p => p.Dataset == dataset);
            Assert.Equal(budget.PoisonRate, cell.Attack.Number("poison_rate"));
            if (cell.Attack.Values.ContainsKey("cover_rate")) Assert.Equal(budget.CoverRate, cell.Attack.Number("cover_rate"));
        }
    }

    public static TheoryData<string> OnImageNet() =>
        [.. RepositoryStudiesTests.Files.Select(f => f.Data).Where(f => f.StartsWith("paper", StringComparison.Ordinal)
            && Read(f).Cells[0].Dataset.Name == "imagenet")];

    [Theory]
    [MemberData(nameof(OnImageNet))]
    public void On_ImageNet_Vim_is_fine_tuned_at_stride_8_from_the_stride_16_checkpoint(string file)
    {
        Cell[] cells = [.. Read(file).Cells.Where(c => c.Model.Name.StartsWith("vim", StringComparison.Ordinal))];
        Assert.NotEmpty(cells);
        Assert.All(cells, cell =>
        {
            Assert.Equal((16, 8, "0"), (cell.Model.Integer("patch_size"), cell.Model.Integer("stride"),
                cell.Model.Values["drop_path"]));
            Assert.Equal("literal", cell.Model.Word("checkpoint_positions"));
            Assert.Matches("vim_[ts]_midclstok_(76p1|80p5)acc.pth$", cell.Model.File("checkpoint"));
            TrainingSettings training = TrainingOptions.Settings(cell.Training);
            Assert.Equal([1e-5, 9e-6, 8e-6], Enumerable.Range(0, 3).Select(e => Math.Round(training.Schedule.At(e), 12)));
        });
    }

    [Theory]
    [MemberData(nameof(OnImageNet))]
    public void On_ImageNet_evaluation_is_the_official_one_that_the_header_names(string file)
    {
        Assert.Contains("official evaluation", File.ReadAllText(Path.Combine(Folder, file)), StringComparison.Ordinal);
        Assert.All(Read(file).Cells, c => Assert.Equal(("shortest", 0.875m), (c.Dataset.Word("resize"),
            c.Dataset.Number("test_crop"))));
    }

    [Fact]
    public void Each_model_of_table_3_on_ImageNet_is_fine_tuned_by_its_own_program()
    {
        ILookup<string, TrainingSettings> training = Read("paper/table3-imagenet.yaml").Cells
            .ToLookup(c => c.Model.Name, c => TrainingOptions.Settings(c.Training));
        Assert.Equal((3, true, 0.1, 1e-4), Numbers("resnet18"));
        Assert.Equal((3, false, 1.25e-4, 0.05), Numbers("deit-tiny"));
        Assert.Equal((3, false, 5e-6, 1e-8), Numbers("vim-tiny-stride8"));
        Assert.Equal((10, false, 4e-3, 0.05), Numbers("mambaout-femto"));

        (int Epochs, bool Sgd, double Rate, double Decay) Numbers(string model) => training[model]
            .Select(t => (t.Epochs, t.UseSgd, t.LearningRate, t.WeightDecay)).Distinct().Single();
    }

    [Theory]
    [InlineData("paper/table3-cifar10.yaml")]
    [InlineData("paper/table3-gtsrb.yaml")]
    public void Issba_s_encoder_is_trained_as_the_original_s_in_table_3(string file)
    {
        Choice issba = Read(file).Cells.First(c => c.Attack.Name == "issba").Attack;
        Assert.Equal((0, 20, 2, 32, 0.0001m, "resnet18", 2m, 1.5m), (issba.Integer("prepare_subset"),
            issba.Integer("prepare_epochs"), issba.Integer("secret_epochs"), issba.Integer("prepare_batch"),
            issba.Number("prepare_lr"), issba.Word("feature_model"), issba.Number("residual_weight"),
            issba.Number("perceptual_weight")));
    }

    [Fact]
    public void Tables_of_ImageNet_share_the_cells_of_Vim_t()
    {
        HashSet<string> table4 = [.. Read("paper/table4.yaml").Cells.Select(c => c.Id)];
        Assert.Equal(12, Read("paper/figures7-9.yaml").Cells.Count(c => table4.Contains(c.Id)));
        Assert.Equal(12, Read("paper/table3-imagenet.yaml").Cells.Count(c => table4.Contains(c.Id)));
        Assert.Equal(9, Read("paper/table1.yaml").Cells.Count(c => table4.Contains(c.Id)));
        Assert.Equal(9, Read("paper/table2.yaml").Cells.Count(c => table4.Contains(c.Id)));
        Study other = Read("paper/table2-protocols.yaml");
        Assert.Equal(45, other.Cells.Count(c => other.Work.Of(c).TrainedBy is Cell trainer && table4.Contains(trainer.Id)));
        HashSet<string> table2 = [.. Read("paper/table2.yaml").Cells.Select(c => c.Id)];
        Assert.Equal(63, other.Cells.Count(c => other.Work.Of(c).TrainedBy is Cell trainer && table2.Contains(trainer.Id)));
    }

    [Fact]
    public void The_small_studies_share_their_trainings()
    {
        Study one = Read("paper-mini/table1.yaml"), two = Read("paper-mini/table2.yaml");
        Assert.Equal((36, 4, 63, 1), (one.Cells.Count, one.Cells.Select(c => one.Work.Of(c).Pretraining!.Id).Distinct().Count(),
            two.Cells.Count, two.Cells.Select(c => two.Work.Of(c).Pretraining!.Id).Distinct().Count()));
        Assert.Equal(6, two.Cells.Count(c => one.Cells.Any(o => o.Id == c.Id)));
        Assert.Equal(27, two.Work.Measures.Count(m => m.TrainedBy is null) - 1);
    }
}
