namespace LogosActors.LoadTests.Edge;

/// <summary>A row that is measured by a function.</summary>
/// <param name="name">The row.</param>
/// <param name="measure">Measures it.</param>
internal sealed class FigureRow(string name, Func<Budget, Task<Outcome>> measure) : Row
{
    public override string Name => name;

    public override Task<Outcome> MeasureAsync(Budget budget) => measure(budget);
}
