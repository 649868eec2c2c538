using Postern.Attacks;
using Postern.Cli.Commands;
using Postern.Studies;

namespace Postern.Tests.Studies;

/// <summary>The studies of the paper have exactly its cells, with its rates; no data are needed to say so.</summary>
public class PaperStudiesTests
{
    private static string Folder => Path.Combine(SharedMaterial.RepositoryRoot, "studies");

    private static Study Read(string file) => StudyArguments.ReadFile(Path.Combine(Folder, file), [], planOnly: true);

    public static TheoryData<string> Files() =>
        [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f))
            .Where(f => Path.GetFileName(f) != "published.yaml")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_study_of_the_repository_is_one_and_says_what_it_costs(string file)
    {
        Assert.NotEmpty(Read(file).Cells);
        Assert.StartsWith("# ", File.ReadLines(Path.Combine(Folder, file)).First(), StringComparison.Ordinal);
    }

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
