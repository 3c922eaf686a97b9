using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace LogosActors.Configuration.Binding;

/// <summary>How a type is written in configuration.</summary>
internal abstract record SettingShape
{
    static readonly ConcurrentDictionary<Type, SettingShape> Known = new();

    public sealed record Scalar(ScalarType Type) : SettingShape;

    public sealed record Items(Type Element) : SettingShape;

    public sealed record Named(Type Value) : SettingShape;

    /// <summary>A record of settings.</summary>
    public sealed record Group(Type Type, IReadOnlyList<SettingProperty> Properties) : SettingShape
    {
        readonly MethodInfo _clone = Type.GetMethod("<Clone>$")!;

        /// <summary>A copy to bind into: defaults are often shared instances.</summary>
        public object Copy(object? defaults) => defaults is null ? Activator.CreateInstance(Type)! : _clone.Invoke(defaults, null)!;
    }

    /// <exception cref="InvalidOperationException">The type cannot be bound: a programming error.</exception>
    public static SettingShape Of(Type type) => Known.GetOrAdd(Nullable.GetUnderlyingType(type) ?? type, Find);

    static SettingShape Find(Type type)
    {
        if (ScalarType.Of(type) is { } scalar)
            return new Scalar(scalar);
        if (type.IsArray)
            return new Items(type.GetElementType()!);
        if (type.IsGenericType)
        {
            var (definition, arguments) = (type.GetGenericTypeDefinition(), type.GenericTypeArguments);
            if (definition == typeof(IReadOnlyList<>) || definition == typeof(IReadOnlyCollection<>) || definition == typeof(IEnumerable<>))
                return new Items(arguments[0]);
            if (definition == typeof(IReadOnlyDictionary<,>) && arguments[0] == typeof(string))
                return new Named(arguments[1]);
        }
        if (type.GetMethod("<Clone>$") is not null && type.GetConstructor([]) is not null)
            return new Group(type, SettingProperty.Of(type));
        throw new InvalidOperationException(
            $"{type} cannot be bound: use a record with init properties, a list, a dictionary by string, an enum, or a type that implements IParsable.");
    }
}

/// <summary>A property of an options record and the key it is bound to.</summary>
internal sealed record SettingProperty(PropertyInfo Property)
{
    public string Key { get; } = ScalarType.KebabCase(Property.Name);

    public SettingRangeAttribute? Range { get; } = Property.GetCustomAttribute<SettingRangeAttribute>();

    public bool IsSecret { get; } = Property.IsDefined(typeof(SecretSettingAttribute));

    public bool IsRequired { get; } = Property.IsDefined(typeof(RequiredMemberAttribute));

    public bool MayBeNull { get; } = new NullabilityInfoContext().Create(Property).WriteState == NullabilityState.Nullable;

    public static IReadOnlyList<SettingProperty> Of(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Select(property => new SettingProperty(property)),
    ];
}
