namespace LogosActors.LoadTests;

/// <summary>How much time a row may take.</summary>
/// <param name="WarmUp">Per load, for the JIT to reach its last tier.</param>
/// <param name="Round">About how long one round lasts.</param>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Steady">How long messages are sent at a steady rate where latency is measured.</param>
internal sealed record Budget(TimeSpan WarmUp, TimeSpan Round, int Rounds, TimeSpan Steady)
{
    public static readonly Budget Quick = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(100), 7, TimeSpan.FromSeconds(5));

    public static readonly Budget Full = new(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(250), 25, TimeSpan.FromSeconds(30));
}
