using Akka.Actor;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Tests.Archive;

/// <summary>A process that floods an archive until it is killed, and prints the number of each message that is durable.</summary>
internal static class ArchiveFlood
{
    public const string Command = "archive-flood";

    /// <summary>What waits for the archive at most: so that the flood is as fast as the disk, and nothing is dropped.</summary>
    const int MaxAhead = 2_000;

    /// <summary>The message of a number.</summary>
    public static ArchivedMessage Message(int number) =>
        ArchiveSamples.Message(ArchiveSamples.Noon + number, $"/app/1/flood-{number % 5}/proto", payload: $"flood {number}");

    public static IMessageArchive Open(string path) => new SqliteArchive(new SqliteArchiveOptions { Path = path, MaxPendingHashes = 1_000 });

    public static async Task RunAsync(string path, int first)
    {
        await using var archive = Open(path);
        await archive.InitializeAsync();
        using var ahead = new SemaphoreSlim(MaxAhead);
        using var system = ActorSystem.Create("flood");
        var writer = system.ActorOf(ArchiveWriterActor.Props(new ReportingArchive(archive, ahead), new ArchiveWriterOptions { MaxBatchMessages = 200 }));
        // Some that were written before the last kill come again.
        for (var number = Math.Max(0, first - 500); ; number++)
        {
            await ahead.WaitAsync();
            var message = Message(number);
            writer.Tell(new ArchiveWriter.Keep(message.Hash, message.PubsubTopic, message.Message!));
        }
    }

    /// <summary>Says what has become durable.</summary>
    sealed class ReportingArchive(IMessageArchive archive, SemaphoreSlim ahead) : IMessageArchive
    {
        public async Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default)
        {
            var added = await archive.AppendAsync(messages, cancellation);
            Console.Out.WriteLine($"kept {messages[0].Time - ArchiveSamples.Noon} {messages[^1].Time - ArchiveSamples.Noon}");
            Console.Out.Flush();
            ahead.Release(messages.Count);
            return added;
        }

        public Task InitializeAsync(CancellationToken cancellation = default) => archive.InitializeAsync(cancellation);

        public Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default) => archive.QueryAsync(query, cancellation);

        public Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default) =>
            archive.RetainAsync(policy, now, cancellation);

        public ValueTask DisposeAsync() => archive.DisposeAsync();
    }
}
