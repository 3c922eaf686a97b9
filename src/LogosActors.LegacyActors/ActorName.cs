using System.Buffers;

namespace LogosActors.Actors;

/// <summary>What a name of an actor may be.</summary>
/// <remarks>Letters, digits and <c>- _ . * $ + : @ &amp; = , ! ~ ' ; %</c>, as in a path segment of RFC 2396; not starting with <c>$</c>,
/// which is kept for generated names. Anything else is escaped by <see cref="Escape"/>.</remarks>
public static class ActorName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 255;

    static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*$+:@&=,!~';%");

    /// <summary>Checks a name given by a user.</summary>
    /// <exception cref="InvalidActorNameException">The name is malformed.</exception>
    public static void Validate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength || name[0] == '$' || name.AsSpan().ContainsAnyExcept(Allowed))
            throw new InvalidActorNameException(
                $"'{name}' is not a name for an actor: 1 – {MaxLength} characters of letters, digits and -_.*+:@&=,!~';%, "
                + "not starting with $. Use ActorName.Escape for names that come from outside.");
    }

    /// <summary>Makes a valid name of any text that is short enough, one-to-one.</summary>
    /// <exception cref="InvalidActorNameException">The result is empty or longer than <see cref="MaxLength"/>.</exception>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var escaped = Uri.EscapeDataString(text);
        Validate(escaped);
        return escaped;
    }
}
