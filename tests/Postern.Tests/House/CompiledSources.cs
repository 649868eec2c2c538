using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Postern.Tests.House;

/// <summary>
/// Which source file of a project uses which, from the compiled types and the debug information that says where each was written:
/// no name is missed because it is relative, aliased or inferred, and none counts because a comment mentions it.
/// </summary>
internal sealed class CompiledSources
{
    // Where a type without code was written (Portable PDB specification, "type definition documents").
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly string project;
    private readonly MetadataReader types, symbols;
    private readonly Dictionary<TypeDefinitionHandle, string> fileOf = [];

    private CompiledSources(string project, PEReader assembly, MetadataReader symbols)
    {
        (this.project, types, this.symbols) = (project, assembly.GetMetadataReader(), symbols);
        foreach (TypeDefinitionHandle type in types.TypeDefinitions)
            if (WrittenIn(type) is string file) fileOf[type] = file;
        Graph = new UseGraph(fileOf.Values.Distinct(), from method in types.MethodDefinitions
                                                       from use in UsesOf(assembly, method)
                                                       select use);
    }

    /// <summary>Paths relative to the project's folder, with <c>/</c>.</summary>
    public UseGraph Graph { get; }

    /// <summary>Reads an assembly of the solution that lies beside the tests, with its <c>.pdb</c>.</summary>
    public static CompiledSources Of(string project)
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"{project}.dll");
        using var assembly = new PEReader(File.OpenRead(path));
        using var debug = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        return new CompiledSources(project, assembly, debug.GetMetadataReader());
    }

    private IEnumerable<(string From, string To)> UsesOf(PEReader assembly, MethodDefinitionHandle handle)
    {
        TypeDefinitionHandle owner = types.GetMethodDefinition(handle).GetDeclaringType();
        string? from = Document(handle) ?? fileOf.GetValueOrDefault(Outermost(owner));
        if (from is null) yield break;
        var used = new UsedTypes(types);
        used.AddMethod(assembly, handle);
        // Once for each of its methods, since a partial type is written in several files.
        used.AddShape(owner);
        foreach (TypeDefinitionHandle type in used.Found)
            if (fileOf.TryGetValue(Outermost(type), out string? to) && to != from) yield return (from, to);
    }

    private string? WrittenIn(TypeDefinitionHandle handle)
    {
        TypeDefinition type = types.GetTypeDefinition(handle);
        return type.GetMethods().Select(Document).FirstOrDefault(d => d is not null) ?? Declared(handle)
            ?? type.GetNestedTypes().Select(WrittenIn).FirstOrDefault(d => d is not null);
    }

    private string? Document(MethodDefinitionHandle method)
    {
        MethodDebugInformation debug = symbols.GetMethodDebugInformation(method);
        DocumentHandle document = debug.Document;
        if (document.IsNil && !debug.SequencePointsBlob.IsNil)
            document = debug.GetSequencePoints().Select(p => p.Document).FirstOrDefault();
        return Relative(document);
    }

    private string? Declared(TypeDefinitionHandle type)
    {
        foreach (CustomDebugInformationHandle handle in symbols.GetCustomDebugInformation(type))
        {
            CustomDebugInformation information = symbols.GetCustomDebugInformation(handle);
            if (symbols.GetGuid(information.Kind) != TypeDocuments) continue;
            BlobReader blob = symbols.GetBlobReader(information.Value);
            return Relative(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger()));
        }
        return null;
    }

    /// <summary>A source of the project, not one that the compiler's generators made.</summary>
    private string? Relative(DocumentHandle document)
    {
        if (document.IsNil) return null;
        string name = symbols.GetString(symbols.GetDocument(document).Name).Replace('\\', '/');
        int at = name.LastIndexOf($"/{project}/", StringComparison.Ordinal);
        string path = at < 0 ? "" : name[(at + project.Length + 2)..];
        return path.Length == 0 || path.StartsWith("obj/", StringComparison.Ordinal) ? null : path;
    }

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle type)
    {
        while (types.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer) type = outer;
        return type;
    }
}
