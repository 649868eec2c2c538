using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Postern.Tests.House;

/// <summary>Collects the types of an assembly that a piece of it uses: in signatures, in attributes and in code.</summary>
internal sealed class UsedTypes(MetadataReader types) : ISignatureTypeProvider<int, int>
{
    private static readonly Dictionary<short, OpCode> OpCodes = typeof(OpCodes).GetFields()
        .Select(f => f.GetValue(null)).OfType<OpCode>().ToDictionary(o => o.Value);

    private readonly HashSet<TypeDefinitionHandle> found = [];

    /// <summary>What was found so far; nested types as themselves.</summary>
    public IReadOnlyCollection<TypeDefinitionHandle> Found => found;

    /// <summary>
    /// What a type is made of: its base, interfaces, constraints, attributes, fields, and the signatures of its properties.
    /// </summary>
    public void AddShape(TypeDefinitionHandle handle)
    {
        TypeDefinition type = types.GetTypeDefinition(handle);
        Add(type.BaseType);
        foreach (InterfaceImplementationHandle i in type.GetInterfaceImplementations())
            Add(types.GetInterfaceImplementation(i).Interface);
        foreach (FieldDefinitionHandle f in type.GetFields()) types.GetFieldDefinition(f).DecodeSignature(this, 0);
        foreach (PropertyDefinitionHandle p in type.GetProperties()) types.GetPropertyDefinition(p).DecodeSignature(this, 0);
        AddConstraints(type.GetGenericParameters());
        AddAttributes(type.GetCustomAttributes());
    }

    /// <summary>What a method takes, gives, and does.</summary>
    public void AddMethod(PEReader assembly, MethodDefinitionHandle handle)
    {
        MethodDefinition method = types.GetMethodDefinition(handle);
        method.DecodeSignature(this, 0);
        AddConstraints(method.GetGenericParameters());
        AddAttributes(method.GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0) return;
        MethodBodyBlock body = assembly.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) types.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, 0);
        foreach (ExceptionRegion region in body.ExceptionRegions) Add(region.CatchType);
        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0) AddInstruction(ref code);
    }

    private void AddInstruction(ref BlobReader code)
    {
        byte first = code.ReadByte();
        OpCode operation = OpCodes[first == 0xFE ? (short)(first << 8 | code.ReadByte()) : first];
        switch (operation.OperandType)
        {
            case OperandType.InlineNone: break;
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                break;
            case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                code.ReadByte();
                break;
            case OperandType.InlineVar: code.ReadInt16(); break;
            case OperandType.InlineI8 or OperandType.InlineR: code.ReadInt64(); break;
            case OperandType.InlineSwitch:
                for (int left = code.ReadInt32(); left > 0; left--) code.ReadInt32();
                break;
            default: code.ReadInt32(); break;
        }
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition: found.Add((TypeDefinitionHandle)handle); break;
            case HandleKind.TypeSpecification:
                types.GetTypeSpecification((TypeSpecificationHandle)handle)
                .DecodeSignature(this, 0); break;
            case HandleKind.FieldDefinition: AddField((FieldDefinitionHandle)handle); break;
            case HandleKind.MethodDefinition: AddCalled((MethodDefinitionHandle)handle); break;
            case HandleKind.MethodSpecification:
                MethodSpecification generic = types.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(generic.Method);
                generic.DecodeSignature(this, 0);
                break;
            case HandleKind.MemberReference:
                MemberReference member = types.GetMemberReference((MemberReferenceHandle)handle);
                Add(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Field) member.DecodeFieldSignature(this, 0);
                else member.DecodeMethodSignature(this, 0);
                break;
        }
    }

    private void AddField(FieldDefinitionHandle handle)
    {
        FieldDefinition field = types.GetFieldDefinition(handle);
        found.Add(field.GetDeclaringType());
        field.DecodeSignature(this, 0);
    }

    private void AddCalled(MethodDefinitionHandle handle)
    {
        MethodDefinition method = types.GetMethodDefinition(handle);
        found.Add(method.GetDeclaringType());
        method.DecodeSignature(this, 0);
    }

    private void AddConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle parameter in parameters)
            foreach (GenericParameterConstraintHandle constraint in types.GetGenericParameter(parameter).GetConstraints())
                Add(types.GetGenericParameterConstraint(constraint).Type);
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle attribute in attributes) Add(types.GetCustomAttribute(attribute).Constructor);
    }

    // The decoder's answers are not needed: what counts is which definitions it comes by.
    int ISimpleTypeProvider<int>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        found.Add(handle);
        return 0;
    }

    int ISignatureTypeProvider<int, int>.GetTypeFromSpecification(
        MetadataReader reader, int genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    int ISimpleTypeProvider<int>.GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

    int ISimpleTypeProvider<int>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => 0;

    int IConstructedTypeProvider<int>.GetArrayType(int elementType, ArrayShape shape) => 0;

    int IConstructedTypeProvider<int>.GetByReferenceType(int elementType) => 0;

    int IConstructedTypeProvider<int>.GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

    int IConstructedTypeProvider<int>.GetPointerType(int elementType) => 0;

    int ISZArrayTypeProvider<int>.GetSZArrayType(int elementType) => 0;

    int ISignatureTypeProvider<int, int>.GetFunctionPointerType(MethodSignature<int> signature) => 0;

    int ISignatureTypeProvider<int, int>.GetGenericMethodParameter(int genericContext, int index) => 0;

    int ISignatureTypeProvider<int, int>.GetGenericTypeParameter(int genericContext, int index) => 0;

    int ISignatureTypeProvider<int, int>.GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

    int ISignatureTypeProvider<int, int>.GetPinnedType(int elementType) => 0;
}
