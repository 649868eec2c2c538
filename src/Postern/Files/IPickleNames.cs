namespace Postern.Files;

/// <summary>
/// What the names in a pickle mean to its reader. A pickle is a program that may call anything by name; here a name is only ever
/// a token, and "calling" it makes one of the reader's own values. Nothing is executed.
/// </summary>
internal interface IPickleNames
{
    /// <summary>
    /// The token for a name, or an <see cref="InputException"/> that says the name: only listed names are known.
    /// </summary>
    object Global(string module, string name);

    /// <summary>The value that stands for <paramref name="callable"/> applied to <paramref name="arguments"/>.</summary>
    object? Call(object? callable, object?[] arguments);

    /// <summary>Gives <paramref name="target"/>, which an earlier call made, its state.</summary>
    void Build(object? target, object? state);

    /// <summary>The value outside the pickle that <paramref name="id"/> refers to.</summary>
    object? Persistent(object? id);
}
