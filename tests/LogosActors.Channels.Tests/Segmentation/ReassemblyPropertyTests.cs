using LogosActors.Channels.Segmentation;
using Xunit.Abstractions;

namespace LogosActors.Channels.Tests.Segmentation;

/// <remarks>To replay a failure, put the seed that it names into the test.</remarks>
public sealed class ReassemblyPropertyTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_message_within_what_parity_makes_up_for_arrives_once_in_any_order_and_among_forgeries()
    {
        var random = Seeded();
        for (var round = 0; round < 60; round++)
        {
            var (receiver, expected) = Run(random, random.Next(1, 6));
            Assert.Equal(
                expected.OrderBy(one => one.Request, StringComparer.Ordinal),
                receiver.Completed.Select(told => (told.Key.RequestId, Convert.ToHexString(told.Payload.Span))).OrderBy(one => one.RequestId, StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Events_make_the_same_state_again_from_any_snapshot_on()
    {
        var random = Seeded();
        for (var round = 0; round < 20; round++)
        {
            var (receiver, _) = Run(random, random.Next(1, 6), isCutShort: true);
            var state = TextOf(receiver.Reassembly.Snapshot());
            var cut = random.Next(receiver.Events.Count + 1);
            var before = new Receiver(Sender.Coded).Reassembly;
            foreach (var @event in receiver.Events.Take(cut))
                before.Apply(@event);
            var after = new Receiver(Sender.Coded).Reassembly;
            after.Restore(before.Snapshot());
            Assert.Equal(TextOf(before.Snapshot()), TextOf(after.Snapshot()));
            foreach (var @event in receiver.Events.Skip(cut))
                after.Apply(@event);
            Assert.Equal(state, TextOf(after.Snapshot()));
            Assert.Equal((receiver.Reassembly.PartialMessages, receiver.Reassembly.PartialBytes, receiver.Reassembly.Deadline), (after.PartialMessages, after.PartialBytes, after.Deadline));
        }
    }

    [Fact]
    public void A_message_that_was_half_there_before_a_restart_is_completed_after_it()
    {
        var chunks = Sender.Chunks(Sender.Bytes(10_000));
        var (first, second) = (new Receiver(), new Receiver());
        first.Receive("alice", chunks.Where((_, i) => i % 2 == 0));
        second.Reassembly.Restore(first.Reassembly.Snapshot());
        second.Receive("alice", chunks.Where((_, i) => i % 2 == 1));
        Assert.Equal(Sender.Bytes(10_000), Assert.Single(second.Completed).Payload.ToArray());
        Assert.Equal(chunks.Select(chunk => chunk.Id.ToString()), second.Completed.Single().Chunks.Select(chunk => chunk.MessageId));
    }

    [Fact]
    public void Whatever_is_sent_what_is_kept_stays_within_its_bounds()
    {
        var random = Seeded();
        var options = Sender.Coded with { MaxPartialMessages = 6, MaxPartialMessagesPerSender = 3, MaxPartialBytes = 4 << 20, MaxRememberedMessages = 5 };
        var receiver = new Receiver(options);
        for (var i = 0; i < 500; i++)
        {
            var sender = $"{random.Next(5)}";
            var large = random.Next(3) == 0 ? new SegmentationOptions() : options;
            var chunks = Sender.Chunks(Sender.Bytes(random.Next(1, 200_000), random.Next(3)), large, sender, $"{random.Next(8)}");
            foreach (var chunk in chunks.Where(_ => random.Next(chunks.Count) < 5))
                receiver.Receive(sender, random.Next(3) == 0 ? Changed(chunk, random, sender) : chunk);
            if (random.Next(100) == 0)
                receiver.Pass(TimeSpan.FromMinutes(random.Next(40)));
            var snapshot = receiver.Reassembly.Snapshot();
            Assert.InRange(receiver.Reassembly.PartialMessages, 0, 6);
            Assert.InRange(receiver.Reassembly.PartialBytes, snapshot.Chunks.Sum(stored => stored.Content.Length), 4 << 20);
            Assert.InRange(snapshot.Completed.Count, 0, 5);
        }
    }

    /// <summary>Some messages of two senders at once, shuffled, with copies, losses up to parity and forged chunks between them.</summary>
    static (Receiver Receiver, List<(string Request, string Payload)> Expected) Run(Random random, int messages, bool isCutShort = false)
    {
        var receiver = new Receiver(Sender.Coded);
        var expected = new List<(string, string)>();
        var arriving = new List<(string Sender, Chunk Chunk)>();
        for (var i = 0; i < messages; i++)
        {
            var payload = Sender.Bytes(random.Next(0, 20_000), random.Next());
            var sender = random.Next(2) == 0 ? "alice" : "bob";
            var chunks = Sender.Chunks(payload, random.Next(2) == 0 ? Sender.Plain : Sender.Coded, sender, $"request {i}");
            expected.Add(($"request {i}", Convert.ToHexString(payload)));
            var order = chunks.ToArray();
            random.Shuffle(order);
            var lost = random.Next(chunks.Count(chunk => chunk.IsParity) + 1);
            arriving.AddRange(order.Skip(lost).Select(chunk => (sender, chunk)));
            if (chunks.Count > 1)
            {
                arriving.AddRange(order.Where(_ => random.Next(4) == 0).Take(3).Select(chunk => (sender, Changed(chunk, random, sender))));
                arriving.AddRange(order.Skip(lost).Where(_ => random.Next(4) == 0).Select(chunk => (sender, chunk)));
            }
        }
        var all = arriving.ToArray();
        random.Shuffle(all);
        foreach (var (sender, chunk) in isCutShort ? all[..(2 * all.Length / 3)] : all)
            receiver.Receive(sender, chunk);
        return (receiver, expected);
    }

    static Chunk Changed(Chunk chunk, Random random, string sender) => Sender.Forge(
        chunk,
        segment => random.Next(3) switch
        {
            0 when segment.Linkage is { PreviousChunkId: not null } linkage => segment with { Linkage = linkage with { PreviousChunkId = KeccakHash.Of([(byte)random.Next(256)]) } },
            _ when segment.DataCount == 1 => segment,
            _ => segment with { Payload = Sender.Bytes(segment.Payload.Length, random.Next()) },
        },
        sender);

    static string TextOf(ReassemblySnapshot snapshot) => string.Join('\n', [
        .. snapshot.Completed.Select(completed => completed.ToString()),
        .. snapshot.Chunks.Select(chunk => $"{chunk.SenderId} {chunk.MessageId} {chunk.Time} {Convert.ToHexString(chunk.Content.Span)}"),
    ]);

    Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
