using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Postern.Benchmarks;

/// <summary>
/// A model of <c>bench/pytorch/reference.py</c> in a process of its own that waits until it is asked for a step, so that its
/// steps and ours can take turns.
/// </summary>
internal sealed class PyTorchModel : IDisposable
{
    private readonly Process? process;
    private readonly Task<string>? errors;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="work">A work that the script knows.</param>
    /// <param name="scan">How Vim scans (<c>loop</c>, <c>official</c>, <c>associative</c>); <c>plain</c> for the other
    /// models.</param>
    /// <param name="batch">Pictures in a step.</param>
    /// <param name="parameters">Trainable values of our model: it must have as many.</param>
    public PyTorchModel(string work, string scan, int batch, long parameters)
    {
        Batch = batch;
        Missing = PyTorch.Missing;
        if (Missing is not null) return;
        process = PyTorch.Start(work, scan, Number(batch), Number(Environment.ProcessorCount));
        errors = process.StandardError.ReadToEndAsync();
        if (Read() is JsonElement hello && hello.GetProperty("parameters").GetInt64() is long its && its != parameters)
            Missing = $"its model has {Number(its)} parameters, ours {Number(parameters)}";
    }

    /// <summary>Pictures in its step.</summary>
    public int Batch { get; }

    /// <summary>Why it has no times; null where it has.</summary>
    public string? Missing { get; private set; }

    /// <summary>Its threads wait for more work in a busy loop for a while, and would slow whoever comes next.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Makes one step and gives the seconds that the other process measured; NaN where it is <see cref="Missing"/>.
    /// </summary>
    public double Step()
    {
        if (Missing is not null) return double.NaN;
        try
        {
            process!.StandardInput.WriteLine();
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended by itself; reading finds out why.
        }
        if (Read() is not JsonElement answer) return double.NaN;
        Thread.Sleep(Settling);
        return answer.GetProperty("ms").GetDouble() / 1e3;
    }

    public void Dispose()
    {
        if (process is null) return;
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10))) process.Kill();
        process.Dispose();
    }

    private JsonElement? Read()
    {
        if (process!.StandardOutput.ReadLine() is string line) return JsonDocument.Parse(line).RootElement;
        process.WaitForExit();
        // What memory runs out for is killed without a word.
        string last = errors!.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
            ?? $"exit code {Number(process.ExitCode)}";
        Missing = $"PyTorch ended at batch {Number(Batch)}: {last}";
        return null;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
