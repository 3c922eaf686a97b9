using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LogosActors.Configuration;

/// <summary>An amount of data. In configuration a number and a unit: <c>64 KiB</c>, <c>1.5 MB</c>, <c>10k</c>.</summary>
/// <remarks>As HOCON has it, <c>kB</c>, <c>MB</c>, … are powers of 1000; <c>KiB</c>, <c>MiB</c>, … and the single letters are powers of 1024.</remarks>
/// <param name="Bytes">The amount in bytes.</param>
public readonly record struct DataSize(long Bytes) : IComparable<DataSize>, IParsable<DataSize>
{
    static readonly FrozenDictionary<string, decimal> Units = UnitNames().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>An amount in units of 1024 bytes.</summary>
    /// <param name="count">The number of kibibytes.</param>
    /// <returns>The amount.</returns>
    public static DataSize FromKibibytes(long count) => new(checked(count * 1024));

    /// <summary>An amount in units of 1024² bytes.</summary>
    /// <param name="count">The number of mebibytes.</param>
    /// <returns>The amount.</returns>
    public static DataSize FromMebibytes(long count) => new(checked(count * 1024 * 1024));

    /// <summary>Reads an amount; a number without unit is in bytes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The amount, rounded to a byte.</param>
    /// <returns>Whether the text is an amount that fits in 63 bits.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out DataSize size)
    {
        size = default;
        if (!UnitNumber.TryParse(text, out var number, out var unit) || !Units.TryGetValue(unit, out var factor)
            || number < 0 || !UnitNumber.TryScale(number, factor, out var bytes))
        {
            return false;
        }
        size = new DataSize(bytes);
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DataSize result) => TryParse(s, out result);

    /// <summary>Reads an amount.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The amount.</returns>
    /// <exception cref="FormatException">The text is not an amount of data.</exception>
    public static DataSize Parse(string text) =>
        TryParse(text, out var size) ? size : throw new FormatException($"'{text}' is not a size such as 64 KiB or 1 MB.");

    /// <inheritdoc/>
    public static DataSize Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <summary>Writes the amount in the largest binary unit that needs no fraction: <c>64 KiB</c>.</summary>
    public override string ToString()
    {
        var (count, unit) = (Bytes, 0);
        while (count != 0 && count % 1024 == 0 && unit < 6)
            (count, unit) = (count / 1024, unit + 1);
        return string.Create(CultureInfo.InvariantCulture, $"{count} {(unit == 0 ? "B" : $"{"KMGTPE"[unit - 1]}iB")}");
    }

    /// <inheritdoc/>
    public int CompareTo(DataSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(DataSize left, DataSize right) => left.Bytes < right.Bytes;

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(DataSize left, DataSize right) => left.Bytes > right.Bytes;

    /// <summary>Whether the left amount is not larger.</summary>
    public static bool operator <=(DataSize left, DataSize right) => left.Bytes <= right.Bytes;

    /// <summary>Whether the left amount is not smaller.</summary>
    public static bool operator >=(DataSize left, DataSize right) => left.Bytes >= right.Bytes;

    static IEnumerable<KeyValuePair<string, decimal>> UnitNames()
    {
        foreach (var name in (string[])["", "B", "b", "byte", "bytes"])
            yield return KeyValuePair.Create(name, 1m);
        (string Letter, string Decimal, string Binary)[] prefixes =
        [
            ("K", "kilo", "kibi"), ("M", "mega", "mebi"), ("G", "giga", "gibi"), ("T", "tera", "tebi"),
            ("P", "peta", "pebi"), ("E", "exa", "exbi"), ("Z", "zetta", "zebi"), ("Y", "yotta", "yobi"),
        ];
        var (thousands, binary) = (1m, 1m);
        foreach (var (letter, large, two) in prefixes)
        {
            (thousands, binary) = (thousands * 1000, binary * 1024);
#pragma warning disable CA1308 // the specification's own lower-case unit letters; nothing is compared here
            var small = letter.ToLowerInvariant();
#pragma warning restore CA1308
            foreach (var name in (string[])[(letter is "K" ? "k" : letter) + "B", large + "byte", large + "bytes"])
                yield return KeyValuePair.Create(name, thousands);
            foreach (var name in (string[])[letter, small, letter + "i", letter + "iB", two + "byte", two + "bytes"])
                yield return KeyValuePair.Create(name, binary);
        }
    }
}
