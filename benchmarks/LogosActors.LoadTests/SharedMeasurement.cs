namespace LogosActors.LoadTests;

/// <summary>What several rows show or need: measured for the first of them that runs, so that each row also works alone.</summary>
/// <param name="measure">Measures it.</param>
internal sealed class SharedMeasurement<T>(Func<Budget, Task<T>> measure)
{
    Task<T>? _measured;

    public Task<T> GetAsync(Budget budget) => _measured ??= measure(budget);
}
