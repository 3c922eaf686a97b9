namespace LogosActors.LoadTests;

/// <summary>One line of the table: a load, what it is judged by, and the target.</summary>
internal abstract class Row
{
    public abstract string Name { get; }

    public abstract Task<Outcome> MeasureAsync(Budget budget);
}

/// <summary>What a row has measured.</summary>
/// <param name="Figure">Ours.</param>
/// <param name="Unit">Of both figures.</param>
/// <param name="Peer">What it is compared with.</param>
/// <param name="Target">What the figure must reach.</param>
internal sealed record Outcome(double Figure, string Unit, Peer Peer, Target Target)
{
    public double Ratio => Figure / Peer.Figure;

    public bool IsMet => Target.IsMetBy(this);
}

/// <summary>A figure to compare with: a ceiling measured in the same run, or a published one.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Figure">Its figure, in the row's unit.</param>
internal readonly record struct Peer(string Name, double Figure);

/// <summary>What a figure must reach.</summary>
internal abstract record Target
{
    public abstract bool IsMetBy(Outcome outcome);

    /// <summary>At least so many times the peer's figure.</summary>
    internal sealed record TimesPeer(double Factor) : Target
    {
        public override bool IsMetBy(Outcome outcome) => outcome.Ratio >= Factor;

        public override string ToString() => $"≥ {Factor:0.0#}×";
    }

    /// <summary>At least this figure.</summary>
    internal sealed record AtLeast(double Figure) : Target
    {
        public override bool IsMetBy(Outcome outcome) => outcome.Figure >= Figure;

        public override string ToString() => $"≥ {Format.Figure(Figure)}";
    }

    /// <summary>At most this figure.</summary>
    internal sealed record AtMost(double Figure) : Target
    {
        public override bool IsMetBy(Outcome outcome) => outcome.Figure <= Figure;

        public override string ToString() => $"≤ {Format.Figure(Figure)}";
    }

    /// <summary>The peer's figure, but for this share of it.</summary>
    internal sealed record Within(double Share) : Target
    {
        public override bool IsMetBy(Outcome outcome) => Math.Abs(outcome.Ratio - 1) <= Share;

        public override string ToString() => $"± {Share:0 %}";
    }

    /// <summary>Both.</summary>
    internal sealed record Both(Target First, Target Second) : Target
    {
        public override bool IsMetBy(Outcome outcome) => First.IsMetBy(outcome) && Second.IsMetBy(outcome);

        public override string ToString() => $"{First}, {Second}";
    }

    /// <summary>Nothing: the figure is there to be seen.</summary>
    internal sealed record Printed : Target
    {
        // Where messages were lost there is no figure.
        public override bool IsMetBy(Outcome outcome) => double.IsFinite(outcome.Figure);

        public override string ToString() => "printed";
    }
}
