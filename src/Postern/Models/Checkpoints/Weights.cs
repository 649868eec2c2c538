using TorchSharp;
using static TorchSharp.torch;

namespace Postern.Models.Checkpoints;

/// <summary>Puts a checkpoint's values into a model, name by name.</summary>
public static class Weights
{
    /// <summary>Loads every entry of <paramref name="path"/>; names and shapes must match exactly.</summary>
    /// <exception cref="InputException">A name is missing or unexpected, or a shape differs; the message names it.</exception>
    public static void Load(nn.Module model, string path) => Load(model.state_dict(), path);

    /// <summary>The same for the values of several models, each under a name of its own.</summary>
    /// <param name="own">The models' own tensors, which are written to.</param>
    /// <param name="path">The checkpoint.</param>
    /// <exception cref="InputException">A name is missing or unexpected, or a shape differs; the message names it.</exception>
    internal static void Load(IReadOnlyDictionary<string, Tensor> own, string path)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> saved = SafeTensors.Read(path);
        if (own.Keys.Except(saved.Keys).FirstOrDefault() is string missing)
            throw new InputException(path, $"lacks '{missing}', which the model has");
        if (saved.Keys.Except(own.Keys).FirstOrDefault() is string extra)
            throw new InputException(path, $"has '{extra}', which the model lacks");
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in own)
        {
            if (!value.shape.SequenceEqual(saved[name].shape))
                throw new InputException(path,
                    $"'{name}' is [{string.Join(", ", saved[name].shape)}], the model has [{string.Join(", ", value.shape)}]");
            value.copy_(saved[name]);
        }
    }
}
