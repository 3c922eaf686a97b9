namespace LogosActors.Samples.Chat;

/// <summary>What somebody says in a room.</summary>
/// <param name="From">Who says it; nobody proves it.</param>
/// <param name="Text">What is said.</param>
public sealed record ChatLine(string From, string Text);
