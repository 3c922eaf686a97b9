namespace LogosActors.LoadTests;

/// <summary>Files that go when the row is done. On the working disk, not in memory: an fsync must cost what it costs.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    readonly string _path = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, $"data-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;

    public string File(string name) => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
