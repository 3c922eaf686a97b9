namespace LogosActors.LoadTests;

/// <summary>How much time a row may take.</summary>
/// <param name="WarmUp">Per load, for the JIT to reach its last tier.</param>
/// <param name="Round">About how long one round lasts.</param>
/// <param name="Rounds">How many rounds; the best counts, because other work on the machine only ever slows a round down.</param>
internal sealed record Budget(TimeSpan WarmUp, TimeSpan Round, int Rounds)
{
    public static readonly Budget Quick = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(120), 8);

    public static readonly Budget Full = new(TimeSpan.FromSeconds(1.5), TimeSpan.FromMilliseconds(300), 20);
}
