using System.Globalization;

namespace LogosActors.Configuration;

/// <summary>A number and the name of its unit (HOCON, Units format): <c>5 s</c>, <c>10MiB</c>, <c>100</c>.</summary>
internal static class UnitNumber
{
    const NumberStyles Json = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static bool TryParse(ReadOnlySpan<char> text, out decimal number, out string unit)
    {
        text = text.Trim();
        var end = text.Length;
        while (end > 0 && char.IsLetter(text[end - 1]))
            end--;
        unit = text[end..].ToString();
        return decimal.TryParse(text[..end].TrimEnd(), Json, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Multiplies and rounds; fails beyond 64 bits.</summary>
    public static bool TryScale(decimal number, decimal factor, out long scaled)
    {
        scaled = 0;
        if (Math.Abs(number) > long.MaxValue / factor)
            return false;
        scaled = (long)Math.Round(number * factor, MidpointRounding.AwayFromZero);
        return true;
    }
}
