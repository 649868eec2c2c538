using Postern.Configuration;

namespace Postern.Cli.Json;

/// <summary>
/// An option of a study file; its default has the type of its kind, and the bounds are null where there are none.
/// </summary>
internal sealed record OptionListing(
    string Name, string Kind, object Default, string Meaning, IReadOnlyList<string> Allowed, decimal? Min, decimal? Max)
{
    public static OptionListing Of(OptionInfo option) => new(
        option.Name, option.Kind.ToString().ToLowerInvariant(), OptionValue.Typed(option, option.Default), option.Meaning,
        option.Allowed,
        option.Min == decimal.MinValue ? null : option.Min, option.Max == decimal.MaxValue ? null : option.Max);
}
