using System.Globalization;
using System.Text.RegularExpressions;
using Postern.Native.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Native;

/// <summary>
/// Where a run's networks and batches live. The run carries it: whatever makes a network or a batch is given it, and everything
/// else follows its tensors.
/// </summary>
/// <param name="Name">As libtorch names it, e.g. <c>cpu</c>.</param>
public sealed partial record ComputeDevice(string Name)
{
    /// <summary>This processor.</summary>
    public static ComputeDevice Cpu { get; } = new("cpu");

    /// <summary>The word for a card that has been compared on this machine, and else this processor.</summary>
    public const string Auto = "auto";

    /// <summary>The words there are, for errors and listings.</summary>
    public const string Words = "auto, cpu, cuda or cuda:N";

    /// <summary>Whether a text is one of the words.</summary>
    public static bool IsWord(string text) => text is Auto or "cpu" || OfCard().IsMatch(text);

    /// <summary>What a word stands for on this machine.</summary>
    /// <param name="wanted"><c>auto</c>, <c>cpu</c>, <c>cuda</c> (the first card) or <c>cuda:N</c>.</param>
    /// <param name="source">Who says so, for errors.</param>
    /// <exception cref="InputException">It is no such word, there is no such card, or its kernels were not compared
    /// yet.</exception>
    public static ComputeDevice Resolve(string wanted, string source)
    {
        if (!IsWord(wanted)) throw new InputException(source, $"device is '{wanted}', expected {Words}");
        if (wanted == "cpu") return Cpu;
        if (wanted == Auto)
        {
            if (CudaDriver.Installed is not CudaDriver installed || !cuda_is_available()) return Cpu;
            CudaCard? compared = installed.Cards.FirstOrDefault(c => CudaPass.IsRemembered(installed, c));
            if (compared is null) return Cpu;
            CardArithmetic.Begin();
            return new ComputeDevice($"cuda:{compared.Index}");
        }
        (CudaDriver driver, CudaCard card) = Card(wanted, source);
        return CudaPass.IsRemembered(driver, card)
            ? new ComputeDevice($"cuda:{card.Index}")
            : throw new InputException(source,
                $"device is {wanted}, whose kernels were not compared on this machine yet; run '{CudaPass.Command(card.Index)}' once");
    }

    /// <summary>
    /// The numbers of the cards that cells of a study may run on: those that have been compared, or the one of the word's number.
    /// </summary>
    /// <param name="wanted">As for <see cref="Resolve"/>.</param>
    /// <returns>None where the word stands for the processor, or <see cref="Resolve"/> refuses it.</returns>
    public static IReadOnlyList<int> CardsOf(string wanted) =>
        wanted != "cpu" && CudaDriver.Installed is CudaDriver driver && cuda_is_available() ? CardsOf(wanted, driver) : [];

    /// <summary>The same of a driver.</summary>
    internal static IReadOnlyList<int> CardsOf(string wanted, CudaDriver driver)
    {
        Match word = OfCard().Match(wanted);
        if (wanted != Auto && !word.Success) return [];
        string number = word.Groups[1].Value;
        return [.. driver.Cards.Where(c => CudaPass.IsRemembered(driver, c)
            && (number.Length == 0 || c.Index.ToString(CultureInfo.InvariantCulture) == number)).Select(c => c.Index)];
    }

    /// <summary>The card that a word names, compared or not.</summary>
    /// <exception cref="InputException">It names none, or there is none that libtorch can use.</exception>
    internal static (CudaDriver Driver, CudaCard Card) Card(string wanted, string source)
    {
        Match word = OfCard().Match(wanted);
        if (!word.Success) throw new InputException(source, $"is '{wanted}', expected cuda or cuda:N");
        if (CudaDriver.Installed is not CudaDriver driver)
            throw new InputException(source, $"device is {wanted}, and no card can be used: {CudaDriver.Absence}");
        int index = word.Groups[1].Success ? int.Parse(word.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        if (index >= driver.Cards.Count)
            throw new InputException(source,
                $"device is {wanted}, and there are {driver.Cards.Count} cards; 'postern doctor' lists them, device: cpu needs none");
        if (!cuda_is_available())
            throw new InputException(source,
                $"device is {wanted}, and libtorch here is for the processor alone; docs/gpu.md says what a card needs");
        CardArithmetic.Begin();
        return (driver, driver.Cards[index]);
    }

    /// <summary>The same, as tensors name it.</summary>
    public Device Torch { get; } = new(Name);

    /// <summary>Whether it is this processor, whose memory our kernels and workers reach.</summary>
    public bool IsCpu => Torch.type == DeviceType.CPU;

    /// <summary>
    /// Whether products and convolutions there may round their factors to TF32 from now on; of the processor, which has none,
    /// nothing changes.
    /// </summary>
    public void UseTf32(bool on)
    {
        if (!IsCpu) CardArithmetic.UseTf32(on);
    }

    /// <summary>A network with its parameters and buffers there; the same network.</summary>
    public T Place<T>(T network) where T : nn.Module
    {
        if (!IsCpu) network.to(Torch);
        return network;
    }

    /// <summary>A tensor of this processor's memory there, taken over: the given one is released where it had to move.</summary>
    public Tensor Take(Tensor local)
    {
        if (IsCpu) return local;
        using (local) return local.to(Torch).DetachFromDisposeScope();
    }

    /// <summary>
    /// Memory of this processor that is sent there again and again: pinned for a card, which reads it by itself then. It belongs
    /// to the caller.
    /// </summary>
    public Tensor Staging(params long[] shape)
    {
        Tensor plain = empty(shape, ScalarType.Float32).DetachFromDisposeScope();
        if (Torch.type != DeviceType.CUDA) return plain;
        using (plain) return plain.pin_memory().DetachFromDisposeScope();
    }

    /// <summary>
    /// As <see cref="Take"/>, without waiting for a card: what is started there later comes behind it. Pinned memory must not
    /// change until what <see cref="WhenRead"/> gave has been called; any other is read before this returns.
    /// </summary>
    public Tensor Send(Tensor local)
    {
        if (IsCpu) return local;
        using (local) return local.to(Torch, copy: false, disposeAfter: false, non_blocking: true).DetachFromDisposeScope();
    }

    /// <summary>
    /// Waits, when it is called (once), until all that was sent so far has been read; null where nothing is under way.
    /// </summary>
    /// <exception cref="InputException">The driver answers with an error.</exception>
    internal Action? WhenRead() => Torch.type == DeviceType.CUDA && CudaDriver.Installed is CudaDriver driver
        ? new CudaMark(driver, Math.Max(0, Torch.index)).Wait : null;

    /// <inheritdoc/>
    public override string ToString() => Name;

    [GeneratedRegex("^cuda(?::([0-9]{1,3}))?$")]
    private static partial Regex OfCard();
}
