using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Text.Json;

namespace LogosActors.Configuration.Binding;

/// <summary>A type that one configuration value can hold.</summary>
/// <param name="Accepts">What an operator may write: "a duration such as 5s or 100 ms".</param>
/// <param name="Read">Reads a value; null when the text is not one.</param>
/// <param name="Write">Writes a value as it would stand in a file.</param>
internal sealed record ScalarType(string Accepts, Func<string, object?> Read, Func<object, string> Write)
{
    static readonly ConcurrentDictionary<Type, ScalarType?> Known = new()
    {
        [typeof(string)] = new("a string", text => text, value => $"\"{value}\""),
        [typeof(bool)] = new("true or false (also yes, no, on, off)", ReadBoolean, value => value is true ? "true" : "false"),
        [typeof(TimeSpan)] = new(
            "a duration such as 5s or 100 ms", text => HoconDuration.TryParse(text, out var d) ? d : null, value => HoconDuration.Format((TimeSpan)value)),
        [typeof(DataSize)] = new("a size such as 64 KiB or 1 MB", text => DataSize.TryParse(text, out var s) ? s : null, value => $"{value}"),
        [typeof(IPAddress)] = new("an IP address such as 127.0.0.1", text => IPAddress.TryParse(text, out var a) ? a : null, value => $"\"{value}\""),
        [typeof(Uri)] = new("an absolute URI such as https://host:8080/", ReadUri, value => $"\"{value}\""),
        [typeof(double)] = new(
            "a number",
            text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && double.IsFinite(n) ? n : null,
            Invariant),
        [typeof(byte)] = Whole<byte>("from 0 to 255"),
        [typeof(ushort)] = Whole<ushort>("from 0 to 65535"),
        [typeof(int)] = Whole<int>(),
        [typeof(uint)] = Whole<uint>("from 0"),
        [typeof(long)] = Whole<long>(),
        [typeof(ulong)] = Whole<ulong>("from 0"),
    };

    /// <summary>The scalar for a type; null when the type is not one.</summary>
    public static ScalarType? Of(Type type) => Known.GetOrAdd(type, static type => type switch
    {
        { IsEnum: true } => Enumeration(type),
        _ when ImplementsParsable(type) => (ScalarType)typeof(ScalarType)
            .GetMethod(nameof(Parsable), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!,
        _ => null,
    });

    static bool ImplementsParsable(Type type) => type.GetInterfaces()
        .Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>) && i.GenericTypeArguments[0] == type);

    /// <summary>Any type that parses itself; a <see cref="DescriptionAttribute"/> on it tells operators what it accepts.</summary>
    static ScalarType Parsable<T>() where T : IParsable<T> => new(
        typeof(T).GetCustomAttribute<DescriptionAttribute>()?.Description ?? $"a value of type {typeof(T).Name}",
        text => T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null,
        value => $"\"{value}\"");

    static ScalarType Whole<T>(string bounds = "") where T : struct, IBinaryInteger<T> => new(
        $"a whole number {bounds}".TrimEnd(),
        text => T.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null,
        Invariant);

    static ScalarType Enumeration(Type type)
    {
        var values = Enum.GetNames(type).ToDictionary(KebabCase, name => Enum.Parse(type, name), StringComparer.Ordinal);
        return new ScalarType(
            $"one of {string.Join(", ", values.Keys)}",
            text => values.GetValueOrDefault(text.Trim()),
            value => KebabCase(value.ToString()!));
    }

    public static string KebabCase(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);

    static object? ReadBoolean(string text) => text.Trim() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    };

    /// <summary>Reads a URI with a scheme; a bare Unix path would count as a file URI.</summary>
    static Uri? ReadUri(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase) ? uri : null;

    static string Invariant(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
