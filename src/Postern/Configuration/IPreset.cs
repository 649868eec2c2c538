namespace Postern.Configuration;

/// <summary>Named training settings (<c>quick</c>, <c>toolbox</c>, ...). Their values may depend on dataset and model.</summary>
public interface IPreset : ICatalogEntry
{
    /// <summary>The training options with this preset's values as defaults for one dataset and model.</summary>
    ICatalogEntry For(Choice dataset, Choice model);
}
