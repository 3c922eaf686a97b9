using System.Text;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.Actors.Tests.Persistence;

/// <summary>What every snapshot store promises, whatever it writes to.</summary>
public abstract class SnapshotStoreContract : IAsyncLifetime
{
    static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, 1, TimeSpan.Zero);

    protected static CancellationToken None => CancellationToken.None;

    protected ISnapshotStore Store { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Store = await OpenAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    [Fact]
    public async Task The_newest_snapshot_at_or_below_the_number_is_loaded()
    {
        await SaveAsync("a", 5, "at five");
        await SaveAsync("a", 10, "at ten");
        await SaveAsync("b", 7, "of b");

        Assert.Equal("at ten", await LoadAsync("a", long.MaxValue));
        Assert.Equal("at ten", await LoadAsync("a", 10));
        Assert.Equal("at five", await LoadAsync("a", 9));
        Assert.Null(await LoadAsync("a", 4));
        Assert.Null(await LoadAsync("nobody", long.MaxValue));
    }

    [Fact]
    public async Task A_snapshot_comes_back_whole()
    {
        var state = new SerializedEvent(9, "state", new byte[] { 0, 1, 255 });
        await Store.SaveAsync("a", new StoredSnapshot(3, Noon, state), None);

        var loaded = await Store.LoadAsync("a", 3, None);

        Assert.NotNull(loaded);
        Assert.Equal((3, Noon), (loaded.Value.SequenceNr, loaded.Value.Timestamp));
        Assert.Equal((9, "state"), (loaded.Value.State.SerializerId, loaded.Value.State.Manifest));
        Assert.Equal(state.Payload.ToArray(), loaded.Value.State.Payload.ToArray());
    }

    [Fact]
    public async Task A_snapshot_of_the_same_number_replaces_the_earlier()
    {
        await SaveAsync("a", 5, "old");
        await SaveAsync("a", 5, "new");

        Assert.Equal("new", await LoadAsync("a", 5));
        await Store.DeleteAsync("a", 5, None);
        Assert.Null(await LoadAsync("a", 5));
    }

    [Fact]
    public async Task Deletion_spares_newer_snapshots_and_other_actors()
    {
        await SaveAsync("a", 5, "five");
        await SaveAsync("a", 10, "ten");
        await SaveAsync("b", 5, "of b");

        await Store.DeleteAsync("a", 9, None);

        Assert.Null(await LoadAsync("a", 9));
        Assert.Equal("ten", await LoadAsync("a", 10));
        Assert.Equal("of b", await LoadAsync("b", 5));
    }

    [Fact]
    public async Task A_store_that_is_opened_again_knows_everything()
    {
        await SaveAsync("a", 5, "five");
        await Store.DisposeAsync();

        Store = await OpenAsync();

        Assert.Equal("five", await LoadAsync("a", 5));
    }

    [Fact]
    public async Task A_thousand_actors_save_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => SaveAsync($"actor-{i}", 1, $"{i}")));

        for (var i = 0; i < 1000; i++)
            Assert.Equal($"{i}", await LoadAsync($"actor-{i}", 1));
    }

    [Fact]
    public async Task A_persistence_id_that_cannot_be_stored_is_rejected()
        => await Assert.ThrowsAsync<JournalRejectedException>(() => SaveAsync("", 1, "x"));

    protected abstract Task<ISnapshotStore> OpenAsync();

    protected Task SaveAsync(string id, long sequenceNr, string text)
        => Store.SaveAsync(
            id, new StoredSnapshot(sequenceNr, Noon, new SerializedEvent(2, "test.Text", Encoding.UTF8.GetBytes(text))), None).AsTask();

    protected async Task<string?> LoadAsync(string id, long max)
        => await Store.LoadAsync(id, max, None) is { } found ? Encoding.UTF8.GetString(found.State.Payload.Span) : null;
}

public sealed class InMemorySnapshotStoreTests : SnapshotStoreContract
{
    readonly InMemorySnapshotStore _store = new();

    protected override Task<ISnapshotStore> OpenAsync() => Task.FromResult<ISnapshotStore>(_store);
}
