using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Tests;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Postgres.Tests;

/// <summary>Nodes that keep what must survive in PostgreSQL.</summary>
public sealed class PostgresJournalTests : IAsyncLifetime
{
    readonly PrivateKey _key = PrivateKey.Generate(KeyType.Secp256k1);
    PostgresCluster? _cluster;
    string _database = "";

    NodeOptions Postgres => (Options with { Key = _key }).UsePostgresJournal(_database);

    public async Task InitializeAsync()
    {
        _cluster = await PostgresCluster.StartAsync();
        _database = await _cluster.CreateDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster!.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task What_a_node_has_not_sent_and_is_subscribed_to_is_there_after_a_restart()
    {
        RequestId request;
        await using (var node = await StartAsync(Postgres))
        {
            await node.SubscribeAsync([Topic]);
            request = (await node.SendAsync(Text("later"))).Value;
        }
        await using var bob = await StartAsync();
        await using var received = bob.Messages().GetAsyncEnumerator();
        await bob.SubscribeAsync([Topic]);

        await using var again = await MessagingNode.CreateAsync(Postgres with { EntryNodes = [bob.Addresses[0]] });
        await using var told = again.Events().GetAsyncEnumerator();
        await again.StartAsync();

        Assert.True(await received.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("later", TextOf(received.Current));
        Assert.Equal(request, (await told.NextAsync<MessageSent>()).Request);
        await TestHost.Until(() => again.GetHealth().ContentTopics.ContainsKey(Topic));
    }

    [Fact]
    public async Task A_second_node_with_the_same_key_is_refused_and_the_first_goes_on()
    {
        await using var first = await StartAsync(Postgres);

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Postgres));

        Assert.Equal(NodeStartFailure.JournalInUse, refused.Failure);
        Assert.Contains(first.PeerId.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.True((await first.SendAsync(Text("still here"))).IsSuccess);
        // Another key is another node.
        await using var other = await StartAsync(Postgres with { Key = null });
        Assert.True((await other.SendAsync(Text("me too"))).IsSuccess);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_actor_of_a_node_fails_or_is_killed_its_journal_is_not_given_to_another_process(bool isKilled)
    {
        using var system = LogosSystem.Create("node", NullLoggerFactory.Instance);
        await using (var node = await MessagingNode.CreateAsync(Postgres, system: system))
        {
            await node.StartAsync();
            await node.SubscribeAsync([Topic]);

            var failed = await ActorFailure.FailAllAsync(
                system, static actor => !ActorFailure.IsRoot(actor), isKilled ? ActorFailure.Kill : ActorFailure.Fail,
                async () => Assert.True((await node.SendAsync(Text("still here"))).IsSuccess));

            Assert.Contains(failed, static path => path.EndsWith("/journal-lock", StringComparison.Ordinal));
            var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Postgres));
            Assert.Equal(NodeStartFailure.JournalInUse, refused.Failure);
            Assert.True((await node.SendAsync(Text("and still"))).IsSuccess);
        }
        await system.Terminate();
    }

    [Fact]
    public async Task A_database_that_is_away_stops_the_creation_with_the_reason()
    {
        await _cluster!.StopServerAsync();

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Postgres));

        Assert.Equal(NodeStartFailure.Journal, refused.Failure);
        var malformed = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Options.UsePostgresJournal("no connection string")));
        Assert.Equal(NodeStartFailure.Journal, malformed.Failure);
        await _cluster.StartServerAsync();
        await using var node = await StartAsync(Postgres);
    }

    [Fact]
    public async Task A_database_that_goes_away_and_comes_back_needs_no_restart_of_the_node()
    {
        await using var node = await StartAsync(Postgres);
        Assert.True((await node.SendAsync(Text("before"))).IsSuccess);
        await _cluster!.StopServerAsync();
        var meanwhile = node.SendAsync(Text("meanwhile"));
        await Task.Delay(TimeSpan.FromSeconds(Tier.Of(everyCommit: 3, full: 60)));
        await _cluster.StartServerAsync();

        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await node.SendAsync(Text("after"))).IsSuccess)
            await Task.Delay(100, late.Token);

        // Stored once the database is back, or refused in time: never left open.
        var answer = await meanwhile;
        Assert.True(answer.IsSuccess || answer.Error.Kind is SendErrorKind.NotStored);
    }

    [Fact]
    public async Task A_node_whose_journal_another_process_has_taken_stops_and_tells_so_and_starts_again_when_it_is_free()
    {
        using var logs = new CapturedLogs();
        await using var alice = await StartAsync();
        await using var node = await MessagingNode.CreateAsync(Postgres with { EntryNodes = [alice.Addresses[0]] }, logs);
        await using var told = node.Events().GetAsyncEnumerator();
        await node.StartAsync();
        await node.SubscribeAsync([Topic]);
        await told.NextAsync<ConnectionStatusChanged>(static change => change.Status is not ConnectionStatus.Disconnected);

        await using (await PostgresCluster.TakeLockAsync(_database))
        {
            await told.NextAsync<ConnectionStatusChanged>(static change => change.Status is ConnectionStatus.Disconnected);

            Assert.False(node.IsStarted);
            Assert.Equal(ConnectionStatus.Disconnected, node.GetHealth().Status);
            await TestHost.Until(() => logs.Has(LogLevel.Error, "Another process writes to this node's journal"));
            var refused = (await node.SendAsync(Text("to nobody"))).Error!;
            Assert.Equal(SendErrorKind.NotStarted, refused.Kind);
            Assert.Contains("another process writes to its journal", refused.Message, StringComparison.Ordinal);
            var unsubscribed = Assert.Single(await node.SubscribeAsync(["/test/1/another/proto"]));
            Assert.Equal((SubscriptionErrorKind.NotStarted, refused.Message), (unsubscribed.Kind, unsubscribed.Message));
            await node.FlushAsync().WaitAsync(TimeSpan.FromSeconds(60));
            var failure = await Assert.ThrowsAsync<NodeStartException>(() => node.StartAsync());
            Assert.Equal(NodeStartFailure.JournalInUse, failure.Failure);
        }

        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!node.IsStarted)
        {
            // The server ends a session a moment after its connection is closed.
            if (await Record.ExceptionAsync(() => node.StartAsync(late.Token)) is not (null or NodeStartException { Failure: NodeStartFailure.JournalInUse }))
                Assert.Fail("It does not start.");
        }
        Assert.True((await node.SendAsync(Text("back"))).IsSuccess);
    }

    [Fact]
    public async Task The_lock_is_taken_again_after_an_outage_unless_another_process_has_it()
    {
        await using var held = await JournalLock.AcquireAsync(new PostgresDatabase(_database), "name", CancellationToken.None);
        Assert.Equal(JournalLock.State.Held, await held.KeepAsync(CancellationToken.None));
        await _cluster!.StopServerAsync();
        Assert.Equal(JournalLock.State.Away, await held.KeepAsync(CancellationToken.None));
        Assert.Equal(JournalLock.State.Away, await held.KeepAsync(CancellationToken.None));
        await _cluster.StartServerAsync();
        Assert.Equal(JournalLock.State.Held, await held.KeepAsync(CancellationToken.None));

        await _cluster.StopServerAsync();
        Assert.Equal(JournalLock.State.Away, await held.KeepAsync(CancellationToken.None));
        await _cluster.StartServerAsync();
        await using var other = await JournalLock.AcquireAsync(new PostgresDatabase(_database), "name", CancellationToken.None);
        Assert.Equal(JournalLock.State.Taken, await held.KeepAsync(CancellationToken.None));
        Assert.Equal(JournalLock.State.Taken, await held.KeepAsync(CancellationToken.None));
    }
}
