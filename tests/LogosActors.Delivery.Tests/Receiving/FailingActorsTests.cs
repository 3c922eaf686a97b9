using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Delivery.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Receiving;

/// <summary>A whole node whose actors fail, one after the other, while messages come.</summary>
public sealed class FailingActorsTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Whichever_actor_of_a_node_fails_each_message_comes_and_once()
    {
        var file = new SqliteJournalOptions { Path = Path.Combine(_directory, "node.db") };
        await using var journal = new SqliteJournal(file);
        await using var snapshots = new SqliteSnapshotStore(file);
        await using var system = ActorSystem.Create("bob", new ActorSystemOptions
        {
            Persistence = new PersistenceOptions
            {
                Journal = journal,
                Snapshots = snapshots,
                Serialization = EventSerialization.CreateBuilder().AddDelivery().Build(),
            },
        });
        await using var store = await StoreNode.StartAsync();
        await using var alice = await StartAsync(Options with { StoreNodes = [store.Address] });
        await using var bob = await MessagingNode.CreateAsync(Options with { StoreNodes = [store.Address] }, NullLoggerFactory.Instance, system);
        var received = new List<string>();
        bob.MessageReceived += (_, told) =>
        {
            lock (received)
                received.Add(TextOf(told));
        };
        await bob.StartAsync();
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await store.HasMeshAsync(2);

        var failed = new HashSet<string>(StringComparer.Ordinal);
        var sent = 0;
        while (system.Tree().FirstOrDefault(info => !failed.Contains(info.Actor.Path)) is { } next)
        {
            failed.Add(next.Actor.Path);
            await SendAsync();
            next.Actor.Tell(new PipeFailure(new InvalidOperationException("a failure of the test's")));
            await SendAsync();
        }

        await TestHost.Until(() =>
        {
            lock (received)
                return received.Distinct().Count() == sent;
        });
        Assert.True(failed.Count > 15, $"Only {failed.Count} actors have failed.");
        await bob.StopAsync();
        Assert.Equal(sent, received.Count);

        async Task SendAsync() => Assert.True((await alice.SendAsync(Text($"{sent++}"))).IsSuccess);
    }
}
