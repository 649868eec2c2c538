namespace Postern.Studies.Jobs;

/// <summary>How a job is started: a process that answers on its standard streams as <see cref="JobServer"/> does.</summary>
/// <param name="Program">Path or name of the program.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record JobCommand(string Program, IReadOnlyList<string> Arguments);
