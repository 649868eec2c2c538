using Postern.Datasets;
using Postern.Models;

namespace Postern.Studies;

/// <summary>What a cell costs in arithmetic, as far as it can be told without running it.</summary>
internal static class CellWork
{
    /// <summary>Multiply-adds of its model for one picture. libtorch must be loaded.</summary>
    public static long MultiplyAdds(Cell cell)
    {
        DatasetScale scale = DatasetCatalog.ScaleOf(cell.Dataset);
        using Backbone model = ModelCatalog.Create(cell.Model, scale.Classes, scale.InputSize, cell.Seed);
        return model.MultiplyAdds(scale.InputSize);
    }

    /// <summary>Pictures that a group's tasks pass through the model.</summary>
    /// <param name="group">The group.</param>
    /// <param name="training">What a picture counts in training.</param>
    /// <param name="tests">How often the test split is gone through.</param>
    public static double Pictures(TaskGroup group, double training, double tests)
    {
        DatasetScale scale = DatasetCatalog.ScaleOf(group.Cell.Dataset);
        double trained = group.Tasks.Any(t => t is TrainTask) ? (double)scale.Train * group.Cell.Training.Integer("epochs") : 0;
        return (training * trained) + (tests * scale.Test);
    }
}
