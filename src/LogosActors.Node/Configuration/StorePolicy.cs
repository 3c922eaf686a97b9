using System.Globalization;
using LogosActors.Configuration;
using LogosActors.Delivery.Archive;

namespace LogosActors.Node.Configuration;

/// <summary>Parses the reference node's retention policies.</summary>
internal static class StorePolicy
{
    /// <summary>The accepted form.</summary>
    public const string Accepts = "time:SECONDS, capacity:MESSAGES, size:SIZE or none; several separated by semicolons";

    /// <summary>Parses a policy such as <c>time:172800;size:10GB</c>.</summary>
    public static bool TryParse(string text, out RetentionPolicy policy)
    {
        policy = new RetentionPolicy();
        foreach (var rule in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = rule.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = colon < 0 ? (rule, "") : (rule[..colon], rule[(colon + 1)..]);
            var isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;
            switch (name)
            {
                case "none" when value.Length == 0:
                    break;
                case "time" when isNumber && number <= int.MaxValue:
                    policy = policy with { MaxAge = TimeSpan.FromSeconds(number) };
                    break;
                case "capacity" when isNumber:
                    policy = policy with { MaxCount = number };
                    break;
                case "size" when DataSize.TryParse(value, out var size) && size.Bytes > 0:
                    policy = policy with { MaxSize = size.Bytes };
                    break;
                default:
                    return false;
            }
        }
        return true;
    }
}
