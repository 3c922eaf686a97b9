using LogosActors.Delivery.Archive;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Tests.Documentation;

/// <summary>The code that README.md and docs/messaging.md show.</summary>
public sealed class MessagingSamples : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_becomes_of_a_request_is_awaited()
    {
        await using var other = await Node.StartAsync();
        await using var node = await Node.StartAsync(other);
        await other.SubscribeAsync(["/chat/1/lobby/proto"]);
        var shown = new List<string>();
        var show = shown.Add;
        await node.HasPeersAsync("/chat/1/lobby/proto", 1);

        // sample: confirmed-send
        var outcome = await node.SendAndConfirmAsync(MessageEnvelope.FromText("/chat/1/lobby/proto", "hello"));   // within 60 s
        show(!outcome.IsSuccess ? $"not sent: {outcome.Error.Message}"
            : outcome.Value.IsStored ? "sent, and a store has it" : "sent");
        // end sample

        Assert.Equal(["sent"], shown);
    }

    [Fact]
    public async Task An_asynchronous_handler_saves_what_comes()
    {
        await using var other = await Node.StartAsync();
        await using var node = await Node.StartAsync(other);
        await node.SubscribeAsync(["/chat/1/lobby/proto"]);
        await other.HasPeersAsync("/chat/1/lobby/proto", 1);
        var saved = new TaskCompletionSource<Reading>();

        // sample: async-handler
        using var handler = node.Handle<MessageReceived>(async received =>
        {
            if (received.Message.TryReadJson<Reading>(out var reading))
                await SaveAsync(reading);
        });
        // end sample
        await other.SendAsync(MessageEnvelope.FromJson("/chat/1/lobby/proto", new Reading("kitchen", 21.5)));

        Assert.Equal(new Reading("kitchen", 21.5), await saved.Task);

        async Task SaveAsync(Reading reading)
        {
            await Task.Yield();
            saved.SetResult(reading);
        }
    }

    [Fact]
    public async Task A_node_in_edge_mode_is_used_like_any_other_and_pauses()
    {
        await using var core = await Node.StartAsync();
        await using var other = await Node.StartAsync(core);
        await core.SubscribeAsync(["/chat/1/lobby/proto"]);
        await other.SubscribeAsync(["/chat/1/lobby/proto"]);
        await core.HasPeersAsync("/chat/1/lobby/proto", 1);
        await using var events = other.Events().GetAsyncEnumerator();

        // sample: edge
        await using var node = await MessagingNode.CreateAsync(new NodeOptions { Mode = NodeMode.Edge, EntryNodes = core.Addresses });
        await node.StartAsync();
        await node.SubscribeAsync(["/chat/1/lobby/proto"]);
        await node.SendAsync(MessageEnvelope.FromText("/chat/1/lobby/proto", "hello from the edge"));
        // end sample
        var received = await events.NextAsync<MessageReceived>();
        // sample: pause
        await node.PauseAsync();     // no traffic from here
        await node.ResumeAsync();    // what was missed comes as if nothing had been
        // end sample

        Assert.Equal("hello from the edge", received.Message.ReadText());
    }

    [Fact]
    public async Task A_node_keeps_and_serves_messages()
    {
        var directory = _directory;
        // sample: archive
        await using var archive = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(directory, "archive.db") });
        await using var store = await MessagingNode.CreateAsync(new NodeOptions
        {
            DataDirectory = directory,                                  // key, peers, subscriptions, unsent messages
            Archive = archive,                                          // messages of its shards, for itself and for others
            Archiving = new ArchiveWriterOptions { Retention = new RetentionPolicy { MaxAge = TimeSpan.FromDays(30) } },
        });
        // end sample
        await store.StartAsync();
        await store.SubscribeAsync(["/chat/1/lobby/proto"]);
        await store.SendAsync(new MessageEnvelope("/chat/1/lobby/proto", "hello"u8.ToArray()));
        await using var node = await Node.StartAsync(store);
        var count = 0;
        while (count == 0)
        {
            // sample: history
            var history = await node.Store.QueryAsync(new StoreQuery
            {
                ContentTopics = ["/chat/1/lobby/proto"],
                Start = DateTimeOffset.UtcNow.AddDays(-1),
            });
            if (history.IsSuccess)
                count = history.Value.Messages.Count;                   // ascending by time; Cursor asks for more
            // end sample
        }

        Assert.Equal(1, count);
        Assert.NotEqual(ConnectionStatus.Connected, node.GetHealth().Status);
    }

    sealed record Reading(string Room, double Degrees);
}
