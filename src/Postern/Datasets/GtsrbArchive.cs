using Postern.Imaging;

namespace Postern.Datasets;

/// <summary>
/// GTSRB as it is published, each part in its zip or unpacked: <c>GTSRB/Final_Training/Images/000xx/*.ppm</c> with a table
/// <c>GT-000xx.csv</c> each, <c>GTSRB/Final_Test/Images/*.ppm</c>, and the labels of the test in <c>GT-final_test.csv</c>.
/// </summary>
internal sealed class GtsrbArchive(string folder)
{
    private const string TrainingZip = "GTSRB_Final_Training_Images.zip", TestZip = "GTSRB_Final_Test_Images.zip",
        LabelsZip = "GTSRB_Final_Test_GT.zip";
    private const string Training = "Final_Training/Images", Test = "Final_Test/Images", TestTable = "GT-final_test.csv";

    private int resized;

    /// <summary>Whether every picture read so far was 32x32 already.</summary>
    internal bool WasSized => resized == 0;

    /// <summary>Whether a part was read from a zip.</summary>
    internal bool FromZip => File.Exists(Path.Combine(folder, TrainingZip));

    /// <summary>The folder where the set lies if <paramref name="path"/> is it or one of its zips, else null.</summary>
    internal static string? Find(string path)
    {
        if (File.Exists(path))
            return Path.GetFileName(path) is TrainingZip or TestZip or LabelsZip
                ? Path.GetDirectoryName(Path.GetFullPath(path)) : null;
        bool here = new[] { TrainingZip, TestZip }.Any(zip => File.Exists(Path.Combine(path, zip)))
            || new[] { Training, Test }.Any(part => UnpackedFolder(path, part) is not null);
        return here ? path : null;
    }

    /// <summary>
    /// The training split: the folder's number is the label, and the folder's table, where there is one, must agree.
    /// </summary>
    internal MemoryImageSet ReadTrain(IReadOnlyList<string> classNames)
    {
        using FileTree tree = Part(TrainingZip, Training, out string images);
        var files = new List<string>();
        var labels = new List<int>();
        for (int label = 0; label < classNames.Count; label++)
        {
            string name = label.ToString("d5", System.Globalization.CultureInfo.InvariantCulture);
            string[] pictures = Pictures(tree, $"{images}/{name}");
            if (pictures.Length == 0) throw new InputException(tree.Describe($"{images}/{name}"), "has no pictures (.ppm)");
            string table = $"{images}/{name}/GT-{name}.csv";
            if (tree.Contains(table))
            {
                int[] listed = Table(tree, table, classNames.Count).LabelsOf([.. pictures.Select(p => Path.GetFileName(p))]);
                int other = Array.FindIndex(listed, l => l != label);
                if (other >= 0)
                    throw new InputException(tree.Describe(table),
                        $"says {pictures[other]} is of class {listed[other]}, its folder says {label}");
            }
            files.AddRange(pictures);
            labels.AddRange(Enumerable.Repeat(label, pictures.Length));
        }
        return Decode(tree, files, [.. labels], classNames);
    }

    /// <summary>The test split; labels by file name from the table.</summary>
    internal MemoryImageSet ReadTest(IReadOnlyList<string> classNames)
    {
        using FileTree tree = Part(TestZip, Test, out string images);
        string[] files = Pictures(tree, images);
        if (files.Length == 0) throw new InputException(tree.Describe(images), "has no pictures (.ppm)");
        int[] labels = ReadTestTable(tree, images, classNames.Count).LabelsOf([.. files.Select(f => Path.GetFileName(f))]);
        return Decode(tree, files, labels, classNames);
    }

    private GtsrbTable ReadTestTable(FileTree test, string images, int classes)
    {
        string zip = Path.Combine(folder, LabelsZip);
        if (File.Exists(zip))
        {
            using var labels = new ZipTree(zip);
            string file = new[] { TestTable, $"GTSRB/{TestTable}" }.FirstOrDefault(labels.Contains)
                ?? throw labels.Missing(TestTable, "it holds the test labels");
            return Table(labels, file, classes);
        }
        if (test.Contains($"{images}/{TestTable}")) return Table(test, $"{images}/{TestTable}", classes);
        var tree = new FolderTree(folder);
        string table = new[] { TestTable, $"GTSRB/{TestTable}", $"GTSRB/Final_Test/{TestTable}", $"Final_Test/{TestTable}",
            $"../{TestTable}" }
            .FirstOrDefault(tree.Contains)
                ?? throw tree.Missing(LabelsZip, $"the test labels are in it, or unpacked in {TestTable}");
        return Table(tree, table, classes);
    }

    private static GtsrbTable Table(FileTree tree, string file, int classes) =>
        new(tree.Read(file), tree.Describe(file), classes);

    private MemoryImageSet Decode(FileTree tree, IReadOnlyList<string> files, int[] labels, IReadOnlyList<string> classNames)
    {
        byte[] pixels = MemoryImageSet.NewBlock(files.Count, Gtsrb.Side, tree.Root);
        InputException?[] errors = new InputException?[files.Count];
        Parallel.For(0, files.Count, i =>
        {
            try
            {
                RgbImage image = ImageFile.Decode(tree.Read(files[i]), tree.Describe(files[i]));
                if ((image.Width, image.Height) != (Gtsrb.Side, Gtsrb.Side)) Interlocked.Increment(ref resized);
                Resampling.Bilinear(image, Gtsrb.Side, Gtsrb.Side).Pixels.CopyTo(pixels,
                    i * MemoryImageSet.BytesPerPicture(Gtsrb.Side));
            }
            catch (InputException e)
            {
                errors[i] = e;
            }
        });
        if (Array.Find(errors, e => e is not null) is InputException first) throw first;
        return new MemoryImageSet(Gtsrb.Side, pixels, labels, classNames, i => files[i]);
    }

    private FileTree Part(string zip, string part, out string images)
    {
        images = $"GTSRB/{part}";
        if (File.Exists(Path.Combine(folder, zip))) return new ZipTree(Path.Combine(folder, zip));
        images = UnpackedFolder(folder, part)
            ?? throw new InputException(Path.Combine(folder, zip), $"is missing, and so is the unpacked folder GTSRB/{part}");
        return new FolderTree(folder);
    }

    private static string? UnpackedFolder(string root, string part) =>
        new[] { $"GTSRB/{part}", part }.FirstOrDefault(p => Directory.Exists(Path.Combine(root, p)));

    private static string[] Pictures(FileTree tree, string images) =>
        [.. tree.Files(images).Where(f => f.EndsWith(".ppm", StringComparison.OrdinalIgnoreCase))];
}
