using LogosActors.Actors;
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
        await using var system = ActorSystem.Create("flood");
        using var ahead = new SemaphoreSlim(MaxAhead);
        var reporter = system.Spawn(Props.Create(() => new Reporter(ahead)));
        system.EventStream.Subscribe<ArchiveWriter.Kept>(reporter);
        var writer = system.Spawn(Props.Create(() => new ArchiveWriterActor(archive, new ArchiveWriterOptions { MaxBatchMessages = 200 })));
        // Some that were written before the last kill come again.
        for (var number = Math.Max(0, first - 500); ; number++)
        {
            await ahead.WaitAsync();
            var message = Message(number);
            writer.Tell(new ArchiveWriter.Keep(message.Hash, message.PubsubTopic, message.Message!));
        }
    }

    sealed class Reporter(SemaphoreSlim ahead) : Actor
    {
        protected override void Receive(object message)
        {
            var kept = ((ArchiveWriter.Kept)message).Messages;
            Console.Out.WriteLine($"kept {kept[0].Time - ArchiveSamples.Noon} {kept[^1].Time - ArchiveSamples.Noon}");
            Console.Out.Flush();
            ahead.Release(kept.Count);
        }
    }
}
